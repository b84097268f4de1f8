package io.github.jloss;

import io.github.jloss.internal.CpuBackend;
import io.github.jloss.spi.DistanceFormula;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.MarginFormula;
import io.github.jloss.spi.Overlap;
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
     * What it can compute on.
     *
     * @return at least one; the first is what it takes by itself
     * @throws BackendException if there is none; the message says why
     */
    List<? extends ComputeDevice> devices();

    /**
     * The same back end on a device of the caller's choice.
     *
     * <pre>{@code
     * Loss bce = new BCEWithLogitsLoss().on(Backend.named("tornado").device("0:1"));
     * }</pre>
     *
     * @param id one of those in {@link #devices}
     * @return a back end on that device
     * @throws BackendException if there is none of that id; the message lists those that are there
     */
    Backend device(String id);

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
     * The margin-softmax engine: a linear layer over normalised rows, and the cross entropy of its logits. The
     * arguments have been checked: embeddings (N, D), weight (C, D), N labels from 0 to C - 1, and the results do not
     * overlap what is read, except that the gradient of the embeddings may be the embeddings.
     *
     * @param formula what the logits are
     * @param embeddings the rows
     * @param weight one row for each class
     * @param labels the class of each row
     * @param losses receives the loss of each row, or null
     * @param upstream multiplied to the gradients of each row's loss, or null for 1
     * @param gradEmbeddings receives the gradient of the embeddings times scale, or null
     * @param gradWeight receives the gradient of the weight times scale, or null
     * @param scale factor on the gradients
     * @param add whether the gradients are added to what the tensors hold
     * @return the sum of the losses of all rows
     */
    double marginSoftmax(MarginFormula formula, Tensor embeddings, Tensor weight, Labels labels, Tensor losses,
            Tensor upstream, Tensor gradEmbeddings, Tensor gradWeight, double scale, boolean add);

    /**
     * The overlap engine, first pass: adds up. The arguments have been checked.
     *
     * @param what how the regions are overlaid
     * @param input logits or probabilities
     * @param target a tensor of as many elements, or labels
     * @param stash receives what spares {@link #overlapGradient} work, or null. It has the input's shape, and is given
     *        for a sigmoid, where it may be the input itself, and for a softmax over two classes or more, where it
     *        shares no memory with the input
     * @param sums receives three sums for each region: of the overlap, of what the activation has more, and of what the
     *        target has more
     */
    void overlapSums(Overlap what, Tensor input, Target target, Tensor stash, double[] sums);

    /**
     * The overlap engine, second pass: the gradient of a loss that is a function of the sums.
     *
     * @param what how the regions are overlaid
     * @param input logits or probabilities; of a sigmoid not looked at if {@code stashed}
     * @param target a tensor of as many elements, or labels
     * @param slopes two numbers for each region: the loss's derivatives by the sum of the overlap and by the sum of the
     *        activation, times the factor on the gradient
     * @param gradient receives the gradient; may be the input itself
     * @param stashed whether it holds what {@link #overlapSums} wrote into its stash
     * @param add whether the gradient is added to what the tensor holds
     */
    void overlapGradient(Overlap what, Tensor input, Target target, double[] slopes, Tensor gradient, boolean stashed,
            boolean add);

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

    /**
     * The engine for losses of distances between the embeddings of a row: two or three inputs of shape (N, D), one
     * loss for each row. The arguments have been checked: all inputs and gradients have the same shape, target, losses
     * and upstream have shape (N), a gradient begins where an input does or shares no memory with it, and what is
     * written shares no memory with anything else.
     *
     * @param formula the loss of a row
     * @param first the first input
     * @param second the second input
     * @param third the third input, or null
     * @param target one number for each row, or null
     * @param losses receives the loss of each row, or null
     * @param upstream multiplied to the gradients of each row, or null for 1
     * @param firstGradient receives the derivative with respect to the first input times upstream times scale, or null
     * @param secondGradient the same of the second input, or null
     * @param thirdGradient the same of the third input, or null
     * @param scale factor on the gradients
     * @param add whether gradients are added to what the tensors hold
     * @return the sum of the losses of all rows, in double
     */
    double distances(DistanceFormula formula, Tensor first, Tensor second, Tensor third, Target target, Tensor losses,
            Tensor upstream, Tensor firstGradient, Tensor secondGradient, Tensor thirdGradient, double scale,
            boolean add);
}
