// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * An option of a loss, in the catalogue of {@link Losses}.
 */
public final class LossOption {

    private final String name;
    private final OptionType<?> type;
    private final Object preset;
    private final String about;
    private final Function<Criterion, Object> getter;
    private final BiFunction<Criterion, Object, Criterion> setter;
    private final Object whenNull;

    LossOption(String name, OptionType<?> type, Object preset, String about, Function<Criterion, Object> getter,
            BiFunction<Criterion, Object, Criterion> setter, Object whenNull) {
        this.name = name;
        this.type = type;
        this.preset = preset;
        this.about = about;
        this.getter = getter;
        this.setter = setter;
        this.whenNull = whenNull;
    }

    /**
     * Its name.
     *
     * @return the field's, in lower case with underscores
     */
    public String name() {
        return name;
    }

    /**
     * What its values are.
     *
     * @return the type
     */
    public OptionType<?> type() {
        return type;
    }

    /**
     * The value it has where nothing is said.
     *
     * @return a Double, Long, Boolean, String or List, or null for none
     */
    public Object defaultValue() {
        return preset;
    }

    /**
     * The default as somebody would write it.
     *
     * @return text that is read as the default; {@code null} for none
     */
    public String defaultText() {
        return OptionType.text(preset);
    }

    /**
     * What it means.
     *
     * @return half a line
     */
    public String about() {
        return about;
    }

    /** This option with a meaning of null that is not the default. */
    LossOption whenNull(Object value) {
        return new LossOption(name, type, preset, about, getter, setter, value);
    }

    /** Its value in a loss, plain; null also for options that other implementations have and ours only read. */
    Object of(Criterion loss) {
        return getter == null ? preset : OptionType.plain(getter.apply(loss));
    }

    /** The loss with a value of what somebody wrote; null leaves it as it is, mostly. */
    Criterion set(Criterion loss, Object raw) {
        if (raw == null || raw.equals("null")) return whenNull == null ? loss : set(loss, whenNull);
        Object value;
        try {
            value = type.read(raw);
        } catch (ClassCastException | IllegalArgumentException | ArithmeticException _) {
            throw new IllegalArgumentException("option " + name + ": found " + shown(raw) + ", expected " + type);
        }
        return setter == null ? loss : setter.apply(loss, value);
    }

    private static String shown(Object raw) {
        String text = raw instanceof String ? "\"" + raw + "\"" : String.valueOf(raw);
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    /** {@code name=default}. */
    @Override
    public String toString() {
        return name + "=" + defaultText();
    }
}
