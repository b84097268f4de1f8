// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Backend;
import io.github.jloss.BackendException;
import io.github.jloss.ComputeDevice;
import io.github.jloss.spi.PointwiseCall;
import io.github.jloss.spi.PointwiseFamily;
import java.util.List;

/** A back end whose driver is missing, and, with the device 0, one that runs out of memory. */
public final class BrokenBackend implements Backend, PointwiseFamily {

    private static BackendException failure(String why) {
        return new BackendException("broken: " + why, null);
    }

    @Override
    public String name() {
        return "broken";
    }

    @Override
    public String describe() {
        return "broken";
    }

    @Override
    public List<ComputeDevice> devices() {
        throw failure("its driver\nis missing");
    }

    @Override
    public Backend device(String id) {
        if (!id.equals("0")) throw failure("found no device " + id + ", expected 0");
        return this;
    }

    @Override
    public double pointwise(PointwiseCall call) {
        throw failure("out of memory");
    }
}
