// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.golden;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** As much of a JSON reader as {@code cases.json} needs: no escapes but those it has, no error recovery. */
final class Json {

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Maps, lists, strings, doubles, booleans and null. */
    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.space();
        if (json.at != text.length()) throw new IllegalArgumentException("more text at " + json.at);
        return value;
    }

    private Object value() {
        space();
        return switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (boolean more = open('}'); more; more = next('}')) {
            space();
            String key = string();
            space();
            expect(':');
            map.put(key, value());
        }
        return map;
    }

    private List<Object> array() {
        List<Object> list = new ArrayList<>();
        for (boolean more = open(']'); more; more = next(']')) {
            list.add(value());
        }
        return list;
    }

    private boolean open(char end) {
        at++;
        space();
        if (text.charAt(at) != end) return true;
        at++;
        return false;
    }

    private boolean next(char end) {
        space();
        if (text.charAt(at) == ',') {
            at++;
            return true;
        }
        expect(end);
        return false;
    }

    private String string() {
        expect('"');
        int end = text.indexOf('"', at);
        String s = text.substring(at, end);
        if (s.indexOf('\\') >= 0) throw new IllegalArgumentException("escapes are not read: " + s);
        at = end + 1;
        return s;
    }

    private Object word() {
        int end = at;
        while (Character.isLetterOrDigit(text.charAt(end)) || "+-.".indexOf(text.charAt(end)) >= 0) end++;
        String word = text.substring(at, end);
        at = end;
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> null;
            default -> Double.valueOf(word);
        };
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }

    private void expect(char c) {
        if (text.charAt(at) != c) {
            throw new IllegalArgumentException("found " + text.charAt(at) + " at " + at + ", expected " + c);
        }
        at++;
    }
}
