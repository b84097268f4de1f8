// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/** What serialization writes for a {@link Tensor}: the shape and the numbers. */
final class SerialTensor implements Serializable {

    private static final long serialVersionUID = 1;

    private transient Tensor tensor;

    SerialTensor(Tensor tensor) {
        this.tensor = tensor;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        out.writeObject(tensor.shape());
        float[] chunk = new float[Tensor.CHUNK];
        for (long done = 0; done < tensor.size(); done += chunk.length) {
            int n = (int) Math.min(chunk.length, tensor.size() - done);
            tensor.read(done, chunk, n);
            for (int i = 0; i < n; i++) {
                out.writeFloat(chunk[i]);
            }
        }
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        tensor = Tensor.zeros((long[]) in.readObject());
        for (long i = 0; i < tensor.size(); i++) {
            tensor.set(i, in.readFloat());
        }
    }

    private Object readResolve() {
        return tensor;
    }
}
