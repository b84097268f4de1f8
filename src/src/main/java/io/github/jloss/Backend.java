package io.github.jloss;

import io.github.jloss.internal.CpuBackend;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.SoftmaxFormula;
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
     * The softmax engine: one loss for each row, which is all classes of a sample or of a pixel. The arguments have
     * been checked, labels and shapes alike. Row number r has class c at
     * {@code (r / inner * classes + c) * inner + r % inner} of the input.
     *
     * @param formula what to compute
     * @param input the logits
     * @param classes the length of the class axis, above 0
     * @param inner how many elements one class is from the next: 1 where the class axis is the last
     * @param target a label for each row, or a tensor of the input's shape with probabilities
     * @param weight the weights of the classes, or null for 1
     * @param ignoreIndex rows of this label have loss 0 and gradient 0
     * @param losses receives the loss of every row, or null
     * @param upstream multiplied to the gradient of every row, or null for 1
     * @param gradient receives the gradient times upstream times scale, or null; may be the input
     * @param scale factor on the gradient
     * @param add whether the gradient is added to what the tensor holds
     * @return the sum of the losses of all rows, finished in double
     */
    double softmax(SoftmaxFormula formula, Tensor input, long classes, long inner, Target target, Tensor weight,
            long ignoreIndex, Tensor losses, Tensor upstream, Tensor gradient, double scale, boolean add);
}
