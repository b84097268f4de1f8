// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.nio.file.Path;

/**
 * An option of a loss.
 *
 * @param name as in the golden set
 * @param type what its values are
 * @param preset its value where none is given, or null for none
 * @param about one line for people
 */
record OptionSpec(String name, OptionType type, Object preset, String about) {

    static OptionSpec number(String name, double preset, String about) {
        return new OptionSpec(name, OptionType.NUMBER, preset, about);
    }

    static OptionSpec flag(String name, boolean preset, String about) {
        return new OptionSpec(name, OptionType.BOOLEAN, preset, about);
    }

    static OptionSpec reduction(String preset) {
        return new OptionSpec("reduction", OptionType.oneOf("none", "mean", "sum"), preset,
                "how several losses become one number");
    }

    /**
     * An option's value from what a user wrote.
     *
     * @param raw a String, Number, Boolean, List or null
     * @param base the directory that file names are relative to
     * @return a value of the option's type, or null
     */
    Object read(Object raw, Path base) {
        if (raw == null || raw.equals("null")) {
            return type == OptionType.NUMBER_OR_NULL ? null : preset;
        }
        try {
            return type.reader().apply(raw, base);
        } catch (ClassCastException | IllegalArgumentException _) {
            throw new UserError("option " + name + ": found " + (raw instanceof String ? "\"" + raw + "\"" : raw)
                    + ", expected " + type.text());
        }
    }

    /** The preset as a user would write it. */
    String presetText() {
        return switch (preset) {
            case Double d when d == Math.rint(d) -> Long.toString(d.longValue());
            case Double d -> d.toString().replace(".0E", "e");
            case null, default -> String.valueOf(preset);
        };
    }
}
