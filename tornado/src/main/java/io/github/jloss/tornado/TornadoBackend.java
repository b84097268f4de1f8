// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.Backend;
import io.github.jloss.Tensor;
import io.github.jloss.spi.DistanceCall;
import io.github.jloss.spi.DistanceFamily;
import io.github.jloss.spi.MarginCall;
import io.github.jloss.spi.MarginFamily;
import io.github.jloss.spi.NamedBackend;
import io.github.jloss.spi.OverlapCall;
import io.github.jloss.spi.OverlapFamily;
import io.github.jloss.spi.PointwiseCall;
import io.github.jloss.spi.PointwiseFamily;
import io.github.jloss.spi.SoftmaxCall;
import io.github.jloss.spi.SoftmaxFamily;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Losses on a GPU, or whatever device TornadoVM has. Tensors of this JVM's memory are copied there and back in every
 * call; a {@link DeviceTensor} stays there.
 *
 * <pre>{@code
 * Loss bce = new BCEWithLogitsLoss().on(new TornadoBackend());
 * }</pre>
 *
 * <p>Results differ from those of the CPU in the last digits: sums are taken in another order, with as many digits, but
 * in floats, so that a sum above their range is infinite. All back ends of the same device and mode share its memory;
 * calls from several threads wait for each other.
 */
public final class TornadoBackend implements Backend, PointwiseFamily, SoftmaxFamily, OverlapFamily, DistanceFamily,
        MarginFamily, AutoCloseable {

    private static final Map<String, Session> SESSIONS = new ConcurrentHashMap<>();

    private final boolean fast;
    private final String id;
    private volatile Session session;

    /**
     * The {@linkplain Device#byDefault() default} device, {@linkplain #fast() fast} if the system property
     * {@code jloss.tornado.fast} is true. It is looked for when it is first used: until then it is no error that there
     * is none.
     */
    public TornadoBackend() {
        this(null, Boolean.getBoolean("jloss.tornado.fast"));
    }

    private TornadoBackend(String id, boolean fast) {
        this.id = id;
        this.fast = fast;
    }

    /**
     * A certain device.
     *
     * @param device one of {@link Device#all}
     * @return a back end of its own mode
     */
    public static TornadoBackend on(Device device) {
        return new TornadoBackend(device.id(), false);
    }

    /**
     * The same device, with kernels for which the compiler may reorder sums and round divisions as it likes, and powers
     * of two are as exact as the driver makes them.
     *
     * @return a back end that is faster where arithmetic is what takes the time
     */
    public TornadoBackend fast() {
        return new TornadoBackend(id, true);
    }

    /** Its device at work. */
    Session session() {
        Session open = session;
        if (open == null) {
            Device device = id == null ? Device.byDefault() : Device.named(id);
            open = SESSIONS.computeIfAbsent(device.id() + fast, _ -> new Session(device, fast));
            session = open;
        }
        return open;
    }

    /**
     * Memory on the device.
     *
     * @param shape the dimensions
     * @return a tensor of that shape; what is in it is not defined
     */
    public DeviceTensor allocate(long... shape) {
        return new DeviceTensor(session(), shape);
    }

    /**
     * Copies a tensor to the device.
     *
     * @param source on the host
     * @return a tensor of the same shape
     */
    public DeviceTensor upload(Tensor source) {
        DeviceTensor tensor = allocate(source.shape());
        tensor.write(source);
        return tensor;
    }

    /** Frees what is held on the device, for all back ends of it. A later call begins anew. */
    @Override
    public void close() {
        Session open = session;
        if (open != null) open.close();
    }

    /** A device belongs to its machine: elsewhere it is the default one. */
    private Object writeReplace() {
        return new NamedBackend(name());
    }

    @Override
    public String name() {
        return "tornado";
    }

    @Override
    public String describe() {
        try {
            return "tornado: " + session().device() + (fast ? ", fast arithmetic" : "");
        } catch (BackendFailure e) {
            return e.getMessage();
        }
    }

    @Override
    public List<Device> devices() {
        return Device.all();
    }

    @Override
    public TornadoBackend device(String device) {
        return new TornadoBackend(Device.named(device).id(), fast);
    }

    @Override
    public double pointwise(PointwiseCall c) {
        try (Call call = session().call()) {
            return PointwiseEngine.run(call, c.formula, c.input, c.target, c.a, c.b, c.weights, c.losses, c.upstream,
                    c.gradient, c.scale, c.add);
        }
    }

    @Override
    public double marginSoftmax(MarginCall c) {
        try (Call call = session().call()) {
            return MarginEngine.run(call, c.formula, c.embeddings, c.weight, c.labels, c.weights, c.losses, c.upstream,
                    c.gradEmbeddings, c.gradWeight, c.scale, c.add, MarginEngine.TILE, MarginEngine.GROUP);
        }
    }

    @Override
    public void overlapSums(OverlapCall c) {
        try (Call call = session().call()) {
            OverlapEngine.sums(call, c.what, c.input, c.target, c.weights, c.stash, c.sums);
        }
    }

    @Override
    public void overlapGradient(OverlapCall c) {
        try (Call call = session().call()) {
            OverlapEngine.gradient(call, c.what, c.input, c.target, c.weights, c.slopes, c.gradient, c.stashed,
                    c.add);
        }
    }

    @Override
    public double softmax(SoftmaxCall c) {
        SoftmaxEngine.requireKernel(c);
        try (Call call = session().call()) {
            return SoftmaxEngine.run(call, c);
        }
    }

    @Override
    public double distances(DistanceCall c) {
        try (Call call = session().call()) {
            return DistanceEngine.run(call, c.formula, new Tensor[] {c.first, c.second, c.third}, c.target, c.weights,
                    c.losses, c.upstream, new Tensor[] {c.firstGradient, c.secondGradient, c.thirdGradient}, c.scale,
                    c.add);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TornadoBackend b && fast == b.fast && java.util.Objects.equals(id, b.id);
    }

    @Override
    public int hashCode() {
        return java.util.Objects.hash(id, fast);
    }

    @Override
    public String toString() {
        return describe();
    }
}
