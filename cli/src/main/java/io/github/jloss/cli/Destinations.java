// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;

/**
 * Where results go: nowhere that is read, and no two to one place. Files are the same whatever they are called, by
 * links of either kind, too.
 */
final class Destinations {

    /** What each file is for, by what tells it from others. */
    private final Map<Object, String> uses = new HashMap<>();

    /** Notes a file that is read. */
    Destinations reading(Path file, String by) {
        String before = uses.putIfAbsent(identity(file), by);
        if (before != null && Npy.isStream(file)) {
            throw new UserError("standard input: " + by + " would read what " + before + " has read");
        }
        return this;
    }

    /** Refuses a place for a result that is read, gets another result, or cannot be written to. */
    Destinations writing(Path file, String by) {
        // The two streams are called alike, and are not the same.
        Object key = Npy.isStream(file) ? "stdout" : identity(file);
        String before = uses.putIfAbsent(key, by);
        if (before != null) {
            throw new UserError((Npy.isStream(file) ? "standard output" : file) + ": " + by
                    + " would overwrite the file of " + before);
        }
        Npy.requireWritable(file);
        return this;
    }

    /** Whether a result goes to the standard output. */
    boolean writesStdout() {
        return uses.containsKey("stdout");
    }

    /** Equal for one and the same file: the file system's own key where it has one, or the name without links. */
    private static Object identity(Path file) {
        if (Npy.isStream(file)) return "stdin";
        try {
            if (Files.exists(file)) {
                Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
                return key == null ? file.toRealPath() : key;
            }
            // A link to what is not there yet is not followed when it is written.
            Path absolute = file.toAbsolutePath();
            Path parent = absolute.getParent();
            return parent != null && Files.exists(parent)
                    ? parent.toRealPath().resolve(absolute.getFileName())
                    : absolute.normalize();
        } catch (IOException e) {
            throw UserError.of(file, e);
        }
    }
}
