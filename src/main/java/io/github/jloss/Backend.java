// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;

/**
 * Where losses are computed. The CPU is built in; others are found by {@link ServiceLoader}. A back end of your own
 * implements this and the interfaces of the families that it computes, which are in {@code io.github.jloss.spi}.
 *
 * <pre>{@code
 * Loss bce = new BCEWithLogitsLoss().on(Backend.cpu(4));            // four threads
 * }</pre>
 */
public interface Backend extends Serializable {

    /**
     * The CPU: SIMD where the JVM has {@code jdk.incubator.vector}, scalar code otherwise, and the same bits either
     * way. Large inputs use all cores, small ones the calling thread alone.
     *
     * @return the default back end of every loss
     */
    static Backend cpu() {
        return Cpu.DEFAULT;
    }

    /**
     * The CPU with a fixed number of threads, the calling one included.
     *
     * @param threads at least 1
     * @return a back end whose results are the same bits as those of {@link #cpu()}
     */
    static Backend cpu(int threads) {
        return Cpu.of(Checks.threads(threads));
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
        return Cpu.of(executor, Checks.threads(threads));
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
     * What computes the losses of one family: an interface of {@code io.github.jloss.spi}, such as
     * {@link io.github.jloss.spi.SoftmaxFamily}. Losses ask for theirs; a back end that is written before a family is
     * has none, and need not know.
     *
     * @param <F> the family's interface
     * @param family that interface
     * @return what this back end computes it with
     * @throws BackendException if it does not compute that family; the message names both
     */
    default <F> F family(Class<F> family) {
        if (!family.isInstance(this)) {
            throw new BackendException(name() + ": found no " + family.getSimpleName()
                    + ", expected a back end that computes the losses of that family, such as Backend.cpu()", null);
        }
        return family.cast(this);
    }
}
