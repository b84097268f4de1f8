// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.Similar;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The losses by name: what configurations, command lines and adapters make losses of, and read what there is from.
 *
 * <pre>{@code
 * Criterion loss = Losses.of("asymmetric_multi_label", Map.of("gamma_neg", 4));
 * Losses.name(loss);                                // "asymmetric_multi_label"
 * Losses.options(loss);                             // {}: 4 is the default
 * Losses.find("huber").orElseThrow().options();     // delta, reduction, mean_by, with types and defaults
 * }</pre>
 *
 * <p>Names and options are those of PyTorch and of the implementations our losses are named after, in lower case with
 * underscores ({@code -} will do, and a loss's class, too). Values are as JSON has them, text, or Java's: arrays, enums
 * and {@link Tensor}s. Options that the originals have and ours need not are read, and do nothing.
 *
 * <p>{@code Losses.of(Losses.name(l), Losses.options(l))} equals l for every loss of the catalogue on the CPU.
 */
public final class Losses {

    private Losses() {}

    /**
     * All losses that have a name.
     *
     * @return the catalogue, family by family
     */
    public static List<LossEntry> all() {
        return Catalogue.ALL;
    }

    /**
     * A loss of the catalogue.
     *
     * @param name its name, with {@code _} or {@code -}, or the simple name of its class
     * @return what the catalogue has, if there is such a loss
     */
    public static Optional<LossEntry> find(String name) {
        String canonical = Objects.requireNonNull(name, "name").replace('-', '_');
        return all().stream().filter(l -> l.name().equals(canonical) || l.type().getSimpleName().equals(name))
                .findFirst();
    }

    /**
     * A loss of the catalogue that must be there.
     *
     * @param name as {@link #find} has it
     * @return what the catalogue has
     * @throws IllegalArgumentException if there is no such loss; the message lists those there are
     */
    public static LossEntry named(String name) {
        List<String> names = all().stream().map(LossEntry::name).toList();
        return find(name).orElseThrow(() -> new IllegalArgumentException("loss " + name + ": unknown, expected one of "
                + String.join(", ", names) + Similar.didYouMean(name, names)));
    }

    /**
     * A loss with its defaults.
     *
     * @param name as {@link #find} has it
     * @return the loss
     * @throws IllegalArgumentException if there is no such loss
     */
    public static Criterion of(String name) {
        return of(name, Map.of());
    }

    /**
     * A loss with options.
     *
     * @param name as {@link #find} has it
     * @param options values by the options' names; null for the default
     * @return the loss
     * @throws IllegalArgumentException if there is no such loss or option, or a value is none; the message says which,
     *     what was found and what was expected
     */
    public static Criterion of(String name, Map<String, ?> options) {
        return named(name).create(options);
    }

    /**
     * The name of a loss.
     *
     * @param loss one of the catalogue's
     * @return its name there
     * @throws IllegalArgumentException if it is a loss of your own, or a sum of losses
     */
    public static String name(Criterion loss) {
        return entry(loss).name();
    }

    /**
     * The options of a loss that differ from their defaults, which are those of its mode or type.
     *
     * @param loss one of the catalogue's
     * @return Doubles, Longs, Booleans, Strings, Lists of them, or Tensors, by name
     * @throws IllegalArgumentException if it is no loss of the catalogue, or has an option that no text can say
     */
    public static Map<String, Object> options(Criterion loss) {
        return entry(loss).optionsOf(loss);
    }

    /**
     * A loss as text, {@code huber(delta=0.5, reduction=sum)}; tensors by their shape and first numbers.
     *
     * @param loss one of the catalogue's
     * @return its name, and its options where they differ from the defaults
     * @throws IllegalArgumentException as {@link #options} does
     */
    public static String text(Criterion loss) {
        String options = options(loss).entrySet().stream().map(o -> o.getKey() + "=" + OptionType.text(o.getValue()))
                .collect(Collectors.joining(", "));
        return name(loss) + (options.isEmpty() ? "" : "(" + options + ")");
    }

    private static LossEntry entry(Criterion loss) {
        Objects.requireNonNull(loss, "loss");
        return all().stream().filter(entry -> entry.makes(loss)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("loss: found " + loss + ", expected one of those in Losses.all()"));
    }
}
