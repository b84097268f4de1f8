package io.github.jloss.cli;

import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import java.nio.file.Path;
import java.util.Locale;

/**
 * An option of a loss, and how its value is read from a command line (where all is text) or from JSON.
 *
 * @param name as in the golden set
 * @param type what its values are
 * @param preset its value where none is given: a Double, Boolean or Reduction, or null for none
 * @param about one line for people
 */
record OptionSpec(String name, Type type, Object preset, String about) {

    /** What an option's values are. */
    enum Type {
        /** A double. */
        NUMBER("a number"),
        /** A double, or null, which is not the preset but a value of its own. */
        NUMBER_OR_NULL("a number or null"),
        /** True or false. */
        BOOLEAN("true or false"),
        /** A {@link Reduction}, by its name in lower case. */
        REDUCTION("none, mean or sum"),
        /** A number, or an .npy file that broadcasts to the input. */
        TENSOR("a number or an .npy file");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * An option's value from what a user wrote.
     *
     * @param raw a String, Number, Boolean or null
     * @param base the directory that file names are relative to
     * @return a Double, Boolean, Reduction, Tensor or null
     */
    Object read(Object raw, Path base) {
        if (raw == null || raw.equals("null")) {
            return type == Type.NUMBER_OR_NULL ? null : preset;
        }
        try {
            return switch (type) {
                case NUMBER, NUMBER_OR_NULL -> number(raw);
                case BOOLEAN -> flag(raw);
                case REDUCTION -> Reduction.valueOf(((String) raw).toUpperCase(Locale.ROOT));
                case TENSOR -> raw instanceof String file && file.endsWith(".npy")
                        ? Npy.read(base.resolve(file)).tensor()
                        : Tensor.of(new float[] {(float) number(raw)}, new long[0]);
            };
        } catch (ClassCastException | IllegalArgumentException _) {
            throw new UserError("option " + name + ": found " + (raw instanceof String ? "\"" + raw + "\"" : raw)
                    + ", expected " + type);
        }
    }

    private static double number(Object raw) {
        return raw instanceof Number n ? n.doubleValue() : Double.parseDouble((String) raw);
    }

    private static boolean flag(Object raw) {
        return switch (raw) {
            case Boolean b -> b;
            case String s when s.equals("true") -> true;
            case String s when s.equals("false") -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    /** The preset as a user would write it. */
    String presetText() {
        return switch (preset) {
            case null -> "null";
            case Double d when d == Math.rint(d) -> Long.toString(d.longValue());
            case Double d -> d.toString().replace(".0E", "e");
            case Reduction r -> r.name().toLowerCase(Locale.ROOT);
            default -> preset.toString();
        };
    }
}
