// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** What somebody may have meant who wrote a name that does not exist. */
public final class Similar {

    private Similar() {}

    /**
     * The end of a message about a name.
     *
     * @param name what was written
     * @param known the names there are
     * @return {@code ", did you mean ...?"} with the nearest of them, or nothing where none is near
     */
    public static String didYouMean(String name, Collection<String> known) {
        return known.stream().filter(k -> distance(name, k) <= Math.max(1, Math.min(name.length(), k.length()) / 3))
                .min(Comparator.comparingInt(k -> distance(name, k)))
                .map(k -> ", did you mean " + k + "?").orElse("");
    }

    /** Letters to insert, to delete, to replace, or to swap with the next one, as of names without case, - and _. */
    private static int distance(String name, String other) {
        String a = plain(name);
        String b = plain(other);
        if (Math.abs(a.length() - b.length()) > b.length()) return Integer.MAX_VALUE;
        int[] before = null;
        int[] last = new int[b.length() + 1];
        for (int j = 0; j < last.length; j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                row[j] = Math.min(last[j - 1] + (same ? 0 : 1), Math.min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            before = last;
            last = row;
        }
        return last[b.length()];
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_]|loss$", "");
    }
}
