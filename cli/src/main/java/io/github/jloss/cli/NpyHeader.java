// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of an .npy file: a Python dictionary such as
 * <code>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }</code>. Only that form is read, nothing else
 * of Python; whatever differs is an {@link IllegalArgumentException} that says how.
 *
 * @param descr the element type
 * @param fortranOrder whether the first dimension runs fastest
 * @param shape the dimensions
 * @param size the number of elements
 */
record NpyHeader(String descr, boolean fortranOrder, long[] shape, long size) {

    private static final Pattern TOKEN = Pattern.compile("\\s*('[^'\\\\]*'|\"[^\"\\\\]*\"|\\w+|[-+{}()\\[\\],:])");

    static NpyHeader parse(String text) {
        return new Parser(text).header();
    }

    /** What {@link #parse} reads. */
    static String write(String descr, long... shape) {
        StringBuilder dims = new StringBuilder();
        for (long d : shape) {
            dims.append(d).append(shape.length == 1 ? "," : ", ");
        }
        return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + dims.toString().strip() + "), }";
    }

    private static long size(List<Long> dims) {
        long size = 1;
        for (long d : dims) {
            try {
                size = Math.multiplyExact(size, d);
            } catch (ArithmeticException _) {
                throw new IllegalArgumentException("its shape " + dims + " has more than 2^63-1 elements");
            }
        }
        return size;
    }

    /** Reads one token after the other; no value nests deeper than the shape, so no hostile text can either. */
    private static final class Parser {
        private final String text;
        private final Matcher matcher;
        private String token;

        Parser(String text) {
            this.text = text.strip();
            this.matcher = TOKEN.matcher(this.text);
            next();
        }

        NpyHeader header() {
            Map<String, Object> entries = new HashMap<>();
            expect("{");
            while (!token.equals("}")) {
                String key = string();
                expect(":");
                Object value = switch (key) {
                    case "descr" -> descr();
                    case "fortran_order" -> flag();
                    case "shape" -> shape();
                    default -> throw new IllegalArgumentException("its header has an unknown key '" + key + "'");
                };
                if (entries.put(key, value) != null) {
                    throw new IllegalArgumentException("its header has the key '" + key + "' twice");
                }
                if (!token.equals("}")) expect(",");
            }
            next();
            if (!token.isEmpty()) throw malformed("its end");
            for (String key : List.of("descr", "fortran_order", "shape")) {
                if (!entries.containsKey(key)) {
                    throw new IllegalArgumentException("its header lacks the key '" + key + "'");
                }
            }
            @SuppressWarnings("unchecked")
            List<Long> dims = (List<Long>) entries.get("shape");
            return new NpyHeader((String) entries.get("descr"), (Boolean) entries.get("fortran_order"),
                    dims.stream().mapToLong(Long::longValue).toArray(), size(dims));
        }

        private String descr() {
            if (token.equals("[") || token.equals("(")) {
                throw new IllegalArgumentException("it holds records (a structured dtype), expected plain numbers");
            }
            return string();
        }

        private boolean flag() {
            String flag = token;
            if (!flag.equals("True") && !flag.equals("False")) throw malformed("True or False");
            next();
            return flag.equals("True");
        }

        private List<Long> shape() {
            List<Long> dims = new ArrayList<>();
            expect("(");
            while (!token.equals(")")) {
                dims.add(dimension());
                if (!token.equals(")")) expect(",");
            }
            next();
            return dims;
        }

        private long dimension() {
            if (token.equals("-")) {
                throw new IllegalArgumentException("its shape has a negative dimension");
            }
            try {
                long d = Long.parseLong(token.endsWith("L") ? token.substring(0, token.length() - 1) : token);
                next();
                return d;
            } catch (NumberFormatException _) {
                throw token.matches("\\d+L?")
                        ? new IllegalArgumentException("its shape has the dimension " + abbreviated(token)
                                + ", more than 2^63-1")
                        : malformed("a dimension");
            }
        }

        private String string() {
            if (token.length() < 2 || token.charAt(0) != '\'' && token.charAt(0) != '"') throw malformed("a string");
            String string = token.substring(1, token.length() - 1);
            next();
            return string;
        }

        private void expect(String wanted) {
            if (!token.equals(wanted)) throw malformed("'" + wanted + "'");
            next();
        }

        /** The next token, or an empty one at the end. */
        private void next() {
            if (matcher.lookingAt()) {
                token = matcher.group(1);
                matcher.region(matcher.end(), text.length());
            } else if (matcher.regionStart() == text.length()) {
                token = "";
            } else {
                throw new IllegalArgumentException("its header has \""
                        + abbreviated(text.substring(matcher.regionStart())) + "\" where no Python literal goes on");
            }
        }

        private IllegalArgumentException malformed(String wanted) {
            return new IllegalArgumentException("its header has " + (token.isEmpty() ? "its end"
                    : "\"" + abbreviated(token) + "\"") + " where " + wanted + " was expected");
        }

        private static String abbreviated(String s) {
            return s.length() <= 24 ? s : s.substring(0, 24) + "...";
        }
    }
}
