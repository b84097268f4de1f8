// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import org.bytedeco.pytorch.global.torch;

/** libtorch through JavaCPP. */
public final class LibtorchPeer implements Peer {

    /** Of the jars in pom.xml; libtorch itself does not tell Java. */
    private static final String VERSION = "2.10.0";

    @Override
    public String describe() {
        return "libtorch " + VERSION + " (org.bytedeco:pytorch), CPU capability "
                + torch.get_cpu_capability().getString() + ", eager, autograd";
    }
}
