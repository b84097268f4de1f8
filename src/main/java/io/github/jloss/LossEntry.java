// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.Similar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A loss in the catalogue of {@link Losses}. */
public final class LossEntry {

    private final String name;
    private final Criterion preset;
    private final String family;
    private final String targetName;
    private final TargetKind target;
    private final String about;
    private final List<LossOption> options;

    private LossEntry(String name, Criterion preset, String family, String targetName, TargetKind target, String about,
            List<LossOption> options) {
        this.name = name;
        this.preset = preset;
        this.family = family;
        this.targetName = targetName;
        this.target = target;
        this.about = about;
        this.options = List.copyOf(options);
    }

    /**
     * Its name, by which configurations call it.
     *
     * @return lower case with underscores
     */
    public String name() {
        return name;
    }

    /**
     * Its class.
     *
     * @return that of all losses this entry makes
     */
    public Class<? extends Criterion> type() {
        return preset.getClass();
    }

    /**
     * The kind of loss.
     *
     * @return pointwise, softmax, overlap, pair or margin
     */
    public String family() {
        return family;
    }

    /**
     * When to use it.
     *
     * @return one line
     */
    public String about() {
        return about;
    }

    /**
     * What it has gradients of.
     *
     * @return names of inputs, in the order of a {@link Batch}
     */
    public List<String> inputs() {
        return preset.inputNames();
    }

    /**
     * What its target is called.
     *
     * @return the name, or null where it has none
     */
    public String targetName() {
        return targetName;
    }

    /**
     * What the inputs are compared with.
     *
     * @return the kind of target
     */
    public TargetKind target() {
        return target;
    }

    /**
     * What can be set.
     *
     * @return the options, in the order in which they are set
     */
    public List<LossOption> options() {
        return options;
    }

    /**
     * An option.
     *
     * @param option its name; {@code -} may stand for {@code _}
     * @return the option, if the loss has it
     */
    public Optional<LossOption> option(String option) {
        String canonical = Objects.requireNonNull(option, "option").replace('-', '_');
        return options.stream().filter(o -> o.name().equals(canonical)).findFirst();
    }

    /**
     * Makes the loss.
     *
     * @param values of options by name: text, numbers, booleans, lists, arrays, tensors; null for the default
     * @return the loss
     * @throws IllegalArgumentException if there is no such option, or its value is none; the message says which
     */
    public Criterion create(Map<String, ?> values) {
        Map<LossOption, Object> given = new LinkedHashMap<>();
        Objects.requireNonNull(values, "options").forEach((key, value) -> {
            LossOption option = option(key).orElseThrow(() -> new IllegalArgumentException("loss " + name + ": option "
                    + key + ": unknown to " + name + ", which has "
                    + options.stream().map(LossOption::name).collect(Collectors.joining(", "))
                    + Similar.didYouMean(key, options.stream().map(LossOption::name).toList())));
            given.put(option, value);
        });
        Criterion loss = preset;
        for (LossOption option : options) {
            if (!given.containsKey(option)) continue;
            try {
                loss = option.set(loss, given.get(option));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("loss " + name + ": " + e.getMessage(), e);
            }
        }
        return loss;
    }

    /** The options of a loss that are not what those before them make of it: a mode has defaults of its own. */
    Map<String, Object> optionsOf(Criterion loss) {
        Map<String, Object> values = new LinkedHashMap<>();
        Criterion made = preset;
        for (LossOption option : options) {
            Object value = option.of(loss);
            if (!Objects.equals(value, option.of(made))) {
                values.put(option.name(), value);
                made = option.set(made, value);
            }
        }
        return values;
    }

    /** Whether a loss of its class can be said by its options. */
    boolean makes(Criterion loss) {
        return type() == loss.getClass();
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }

    /**
     * How an entry is written.
     *
     * @param <L> the loss
     */
    static final class Builder<L extends Criterion> {

        private final String name;
        private final L preset;
        private final String about;
        private final List<LossOption> options = new ArrayList<>();

        Builder(String name, L preset, String about) {
            this.name = name;
            this.preset = preset;
            this.about = about;
        }

        /** An option whose default and value the loss itself tells. */
        @SuppressWarnings("unchecked")
        <T> Builder<L> option(String option, OptionType<T> type, String meaning, Function<L, ?> getter,
                BiFunction<L, T, L> setter) {
            Function<Criterion, Object> get = loss -> getter.apply((L) loss);
            options.add(new LossOption(option, type, OptionType.plain(get.apply(preset)), meaning, get,
                    (loss, value) -> setter.apply((L) loss, (T) value), null));
            return this;
        }

        /** An option of other implementations: another way to say what an option says, or, without setter, nothing. */
        @SuppressWarnings("unchecked")
        <T> Builder<L> reads(String option, OptionType<T> type, Object value, String meaning,
                BiFunction<L, T, L> setter) {
            options.add(new LossOption(option, type, value, meaning, null,
                    setter == null ? null : (loss, given) -> setter.apply((L) loss, (T) given), null));
            return this;
        }

        /** What null means for the option before. */
        Builder<L> whenNull(Object value) {
            options.add(options.removeLast().whenNull(value));
            return this;
        }

        /** Options that several losses have. */
        Builder<L> with(Consumer<Builder<L>> shared) {
            shared.accept(this);
            return this;
        }

        LossEntry build(String family, String targetName, TargetKind target) {
            return new LossEntry(name, preset, family, targetName, target, about, options);
        }
    }
}
