// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Writes formulas in Java, at random, out of everything that can be translated: operations on floats and bits, choices,
 * the functions of the vocabulary, branches on booleans, local variables, and all kinds of calls.
 *
 * <p>The bits of NaN are nobody's promise, neither those of a processor nor those of a compiler. So what looks at bits
 * only gets numbers.
 */
final class RandomFormulas {

    private static final List<String> CONSTANTS = List.of("0f", "-0f", "1f", "-1f", "0.5f", "2f", "3.25f", "-17f",
            "1e-40f", "1e30f", "Float.MAX_VALUE", "Float.MIN_NORMAL", "Float.POSITIVE_INFINITY", "Float.NaN", "0.1f",
            "1.0000001f");

    private static final List<String> OPERATORS = List.of("+", "-", "*", "/");

    private static final List<String> BIT_OPERATORS = List.of("+", "-", "&", "|", "^", "<<", ">>", ">>>");

    private final RandomGenerator random;
    private final String name;
    private final int floats;
    private final int booleans;
    private final boolean hasCoefficients;
    private final List<String> names = new ArrayList<>();
    private final StringBuilder statements = new StringBuilder();

    /** What the method at hand may call without coming back to itself. */
    private final List<String> callable = new ArrayList<>();

    private boolean inRecord;
    private int variables;

    private RandomFormulas(RandomGenerator random, String name) {
        this.random = random;
        this.name = name;
        floats = random.nextInt(Parameters.MOST + 1);
        booleans = random.nextInt(4);
        hasCoefficients = random.nextBoolean();
    }

    /** The source of a record. */
    static String write(RandomGenerator random, String name) {
        return new RandomFormulas(random, name).write();
    }

    private String write() {
        List<String> components = new ArrayList<>();
        for (int i = 0; i < floats; i++) components.add("float p" + i);
        for (int i = 0; i < booleans; i++) components.add("boolean q" + i);
        String base = name + "Base";
        String special = name + "Special";
        StringBuilder text = new StringBuilder();
        inRecord = false;
        text.append("interface " + base + " extends " + (hasCoefficients ? "Element" : "Pointwise") + "Formula {\n");
        text.append(method("default float twice(float x, float t)", 2));
        text.append(method("private float hidden(float x, float t)", 2));
        text.append("default float hides(float x, float t) { return hidden(t, x); }\n}\n");
        text.append("interface " + special + " extends " + base + " {\n");
        text.append(method("@Override default float twice(float x, float t)", 2)).append("}\n");
        text.append("record " + name + "(" + String.join(", ", components) + ") implements " + base + ", " + special
                + " {\n");
        for (int i = random.nextInt(3); i >= 0; i--) {
            text.append(method("private static float helper" + i + "(float x, float t)", 2));
            callable.add("helper" + i);
        }
        inRecord = true;
        text.append(method("float hidden(float x, float t)", 2));
        callable.addAll(List.of("hidden", "hides", special + ".super.twice"));
        if (random.nextBoolean()) {
            text.append(method("@Override public float twice(float x, float t)", 2));
        }
        callable.add("twice");
        text.append(method("private float own(float x, float t)", 3));
        callable.add("own");
        if (floats > 0 && random.nextBoolean()) {
            text.append("@Override public float p0() { return p0 * 2f; }\n");
        }
        if (booleans > 0 && random.nextBoolean()) {
            text.append("@Override public boolean q0() { return !q0; }\n");
        }
        for (String method : List.of("value", "gradient")) {
            text.append(method("@Override public float " + method + "(float x, float t"
                    + (hasCoefficients ? ", float a, float b)" : ")"), random.nextInt(3, 10)));
        }
        return text.append("}\n").toString();
    }

    /** A method of some statements, each of which makes a variable that later ones may use. */
    private String method(String header, int size) {
        names.clear();
        names.addAll(header.contains("float a") ? List.of("x", "t", "a", "b") : List.of("x", "t"));
        statements.setLength(0);
        for (int i = 0; i < size; i++) variable(number(2));
        String result = names.getLast() + " + " + number(1);
        return header + " {\n" + statements + "return " + result + ";\n}\n";
    }

    private String variable(String value) {
        String variable = "v" + variables++;
        statements.append("float ").append(variable).append(" = ").append(value).append(";\n");
        names.add(variable);
        return variable;
    }

    private String number(int depth) {
        if (depth == 0 || random.nextInt(6) == 0) return leaf();
        int d = depth - 1;
        return switch (random.nextInt(20)) {
            case 0 -> "-(" + number(d) + ")";
            case 1 -> "Math.abs(" + number(d) + ")";
            case 2 -> "Scalar.fma(" + number(d) + ", " + number(d) + ", " + number(d) + ")";
            case 3 -> "Math.fma(" + number(d) + ", " + number(d) + ", " + number(d) + ")";
            case 4 -> "Scalar.ifLess(" + number(d) + ", " + number(d) + ", " + number(d) + ", " + number(d) + ")";
            case 5 -> "Scalar.ifEqual(" + number(d) + ", " + number(d) + ", " + number(d) + ", " + number(d) + ")";
            case 6 -> "Scalar.ifSignBit(" + noNaN(d) + ", " + number(d) + ", " + number(d) + ")";
            case 7 -> "Scalar.flipSign(" + number(d) + ", " + noNaN(d) + ")";
            case 8 -> "Scalar.clamp(" + number(d) + ", " + number(d) + ")";
            case 9 -> "Scalar." + any(List.of("expNeg", "softplusNeg", "sigmoidNeg", "log", "sign", "log1pUnit"))
                    + "(Math.abs(" + number(d) + "))";
            case 10 -> random.nextInt(3) > 0 ? leaf() : "Scalar.pow(" + number(d) + ", 1.5f)";
            case 11 -> "Float.intBitsToFloat(" + bits(2) + ")";
            case 12 -> "(float) (" + bits(3) + ")";
            case 13 -> flag(number(d), number(d));
            case 14, 15 -> call(d);
            default -> "(" + number(d) + " " + any(OPERATORS) + " " + number(d) + ")";
        };
    }

    private String call(int depth) {
        String arguments = "(" + number(depth) + ", " + number(depth) + ")";
        return callable.isEmpty() ? leaf() : any(callable) + arguments;
    }

    private String flag(String yes, String no) {
        if (!inRecord || booleans == 0) return yes;
        String flag = "q" + random.nextInt(booleans) + (random.nextInt(3) == 0 ? "()" : "");
        return "(" + flag + " ? " + yes + " : " + no + ")";
    }

    private String leaf() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(3) > 0 ? any(CONSTANTS)
                    : String.format(Locale.ROOT, "%sf", (float) random.nextGaussian(0, 3));
            case 1, 2 -> !inRecord || floats == 0 ? any(names)
                    : "p" + random.nextInt(floats) + (random.nextInt(3) == 0 ? "()" : "");
            default -> any(names);
        };
    }

    /** A variable that is a number: NaN gives 0. */
    private String noNaN(int depth) {
        String v = variable(number(depth));
        return variable("Scalar.ifEqual(" + v + ", " + v + ", " + v + ", 0f)");
    }

    private String bits(int depth) {
        if (depth == 0 || random.nextInt(6) == 0) {
            return random.nextInt(3) == 0 ? String.valueOf(random.nextInt() >> random.nextInt(32))
                    : "Float.floatToRawIntBits(" + noNaN(0) + ")";
        }
        String operator = any(BIT_OPERATORS);
        String right = operator.length() > 1 && random.nextBoolean() ? String.valueOf(random.nextInt(-3, 40))
                : bits(depth - 1);
        return "(" + bits(depth - 1) + " " + operator + " " + right + ")";
    }

    private String any(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
