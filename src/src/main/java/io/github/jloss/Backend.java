package io.github.jloss;

import io.github.jloss.internal.CpuBackend;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.Overlap;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;

/**
 * Where losses are computed. The CPU is built in; others are found by {@link ServiceLoader}.
 *
 * <pre>{@code
 * Loss bce = new BCEWithLogitsLoss().on(Backend.cpu(4));            // four threads
 * }</pre>
 */
public interface Backend {

    /**
     * The CPU: SIMD where the JVM has {@code jdk.incubator.vector}, scalar code otherwise, and the same bits either
     * way. Large inputs use all cores, small ones the calling thread alone.
     *
     * @return the default back end of every loss
     */
    static Backend cpu() {
        return CpuBackend.DEFAULT;
    }

    /**
     * The CPU with a fixed number of threads, the calling one included.
     *
     * @param threads at least 1
     * @return a back end whose results are the same bits as those of {@link #cpu()}
     */
    static Backend cpu(int threads) {
        return CpuBackend.of(Checks.threads(threads));
    }

    /**
     * The CPU with helpers from an executor of the caller. The calling thread always takes part, and finishes alone
     * if the executor is busy.
     *
     * @param executor runs the helpers; it may run them late or refuse them
     * @param threads the most threads to use, the calling one included
     * @return a back end whose results are the same bits as those of {@link #cpu()}
     */
    static Backend cpu(Executor executor, int threads) {
        return CpuBackend.of(executor, Checks.threads(threads));
    }

    /**
     * All back ends of this JVM: the CPU, and those that modules on the path provide.
     *
     * @return at least {@link #cpu()}
     */
    static List<Backend> all() {
        List<Backend> all = new ArrayList<>(List.of(cpu()));
        ServiceLoader.load(Backend.class).forEach(all::add);
        return List.copyOf(all);
    }

    /**
     * The back end of a name.
     *
     * @param name as in {@link #name()}
     * @return that back end
     * @throws IllegalArgumentException if no module on the path provides it; the message lists those that are there
     */
    static Backend named(String name) {
        List<Backend> all = all();
        return all.stream().filter(b -> b.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("backend: found \"" + name + "\", expected one of "
                        + all.stream().map(Backend::name).toList()));
    }

    /**
     * A short name, such as {@code cpu}.
     *
     * @return the name {@link #named} knows it by
     */
    String name();

    /**
     * What it really runs on, such as {@code cpu: SIMD 512 bits, 8 threads for large inputs}.
     *
     * @return one line for people
     */
    String describe();

    /**
     * The pointwise engine: applies a formula to every element and returns the sum of the values. The arguments have
     * been checked: all tensors have the shape of {@code input} but the coefficients, which are broadcast to it by the
     * rules of NumPy.
     *
     * @param formula what to compute
     * @param input the formula's {@code x}
     * @param target the formula's {@code t}
     * @param a the formula's first coefficient, or null for 1
     * @param b the formula's second coefficient, or null for 1
     * @param losses receives the formula's value of every element, or null
     * @param upstream multiplied to the gradient of every element, or null for 1
     * @param gradient receives the formula's gradient times upstream times scale, or null
     * @param scale factor on the gradient
     * @param add whether the gradient is added to what the tensor holds
     * @return the sum of the values of all elements, finished in double
     */
    double pointwise(ElementFormula formula, Tensor input, Tensor target, Tensor a, Tensor b, Tensor losses,
            Tensor upstream, Tensor gradient, double scale, boolean add);

    /**
     * The overlap engine, first pass: adds up. The arguments have been checked.
     *
     * @param what how the regions are overlaid
     * @param input logits or probabilities
     * @param target a tensor of as many elements, or labels
     * @param stash receives what {@link #overlapGradient} may use in place of the input, or null. It has the input's
     *        shape, may be the input itself, and is given only where the activation is a sigmoid
     * @param sums receives three sums for each region: of the overlap, of what the activation has more, and of what the
     *        target has more
     */
    void overlapSums(Overlap what, Tensor input, Target target, Tensor stash, double[] sums);

    /**
     * The overlap engine, second pass: the gradient of a loss that is a function of the sums.
     *
     * @param what how the regions are overlaid
     * @param input logits or probabilities; not looked at if {@code stashed}
     * @param target a tensor of as many elements, or labels
     * @param slopes two numbers for each region: the loss's derivatives by the sum of the overlap and by the sum of the
     *        activation, times the factor on the gradient
     * @param gradient receives the gradient; may be the input itself
     * @param stashed whether it holds what {@link #overlapSums} wrote into its stash
     * @param add whether the gradient is added to what the tensor holds
     */
    void overlapGradient(Overlap what, Tensor input, Target target, double[] slopes, Tensor gradient, boolean stashed,
            boolean add);
}
