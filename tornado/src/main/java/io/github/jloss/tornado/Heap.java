// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import java.util.Map;
import java.util.TreeMap;

/** Which part of the device memory is free: first fit, neighbours joined when they are given back. */
final class Heap {

    /** Pieces begin at multiples of this many floats, as memory is read in lines of 128 bytes. */
    private static final int GRAIN = 32;

    private final TreeMap<Integer, Integer> free = new TreeMap<>();
    private int capacity;

    /** The floats managed so far. */
    int capacity() {
        return capacity;
    }

    /** Manages more floats than before. */
    void grow(int newCapacity) {
        give(capacity, newCapacity - capacity);
        capacity = newCapacity;
    }

    /**
     * Takes a piece.
     *
     * @param n floats
     * @return where it begins, or -1 if no piece is large enough
     */
    int take(int n) {
        int rounded = rounded(n);
        for (Map.Entry<Integer, Integer> piece : free.entrySet()) {
            if (piece.getValue() >= rounded) {
                int from = piece.getKey();
                free.remove(from);
                if (piece.getValue() > rounded) {
                    free.put(from + rounded, piece.getValue() - rounded);
                }
                return from;
            }
        }
        return -1;
    }

    /**
     * Gives a piece back.
     *
     * @param from where it begins
     * @param n the floats it was taken for
     */
    void give(int from, int n) {
        int start = from;
        int length = rounded(n);
        Map.Entry<Integer, Integer> before = free.lowerEntry(from);
        if (before != null && before.getKey() + before.getValue() == from) {
            start = before.getKey();
            length += before.getValue();
            free.remove(start);
        }
        Integer after = free.remove(from + rounded(n));
        free.put(start, length + (after == null ? 0 : after));
    }

    /** How many floats are taken: from 0 to the last one. */
    int used() {
        Map.Entry<Integer, Integer> last = free.lastEntry();
        return last != null && last.getKey() + last.getValue() == capacity ? last.getKey() : capacity;
    }

    private static int rounded(int n) {
        return Math.max(1, (n + GRAIN - 1) / GRAIN) * GRAIN;
    }
}
