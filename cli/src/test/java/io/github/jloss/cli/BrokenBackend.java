package io.github.jloss.cli;

import io.github.jloss.Backend;
import io.github.jloss.BackendException;
import io.github.jloss.ComputeDevice;
import io.github.jloss.Labels;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.spi.DistanceFormula;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.MarginFormula;
import io.github.jloss.spi.Overlap;
import io.github.jloss.spi.SoftmaxFormula;
import java.util.List;

/** A back end whose driver is missing, and, with the device 0, one that runs out of memory. */
public final class BrokenBackend implements Backend {

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
    public double pointwise(ElementFormula formula, Tensor input, Tensor target, Tensor a, Tensor b, Tensor losses,
            Tensor upstream, Tensor gradient, double scale, boolean add) {
        throw failure("out of memory");
    }

    @Override
    public double marginSoftmax(MarginFormula formula, Tensor embeddings, Tensor weight, Labels labels, Tensor losses,
            Tensor upstream, Tensor gradEmbeddings, Tensor gradWeight, double scale, boolean add) {
        throw failure("out of memory");
    }

    @Override
    public void overlapSums(Overlap what, Tensor input, Target target, Tensor stash, double[] sums) {
        throw failure("out of memory");
    }

    @Override
    public void overlapGradient(Overlap what, Tensor input, Target target, double[] slopes, Tensor gradient,
            boolean stashed, boolean add) {
        throw failure("out of memory");
    }

    @Override
    public double softmax(SoftmaxFormula formula, Tensor input, long classes, long inner, Target target, Tensor weight,
            long ignoreIndex, Tensor losses, Tensor upstream, Tensor gradient, double scale, boolean add) {
        throw failure("out of memory");
    }

    @Override
    public double distances(DistanceFormula formula, Tensor first, Tensor second, Tensor third, Target target,
            Tensor losses, Tensor upstream, Tensor firstGradient, Tensor secondGradient, Tensor thirdGradient,
            double scale, boolean add) {
        throw failure("out of memory");
    }
}
