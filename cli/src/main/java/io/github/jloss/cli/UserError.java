// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Something the user can mend, said in one line: printed without a stack trace, exit code 2. */
final class UserError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UserError(String message) {
        super(message);
    }

    /** A file that gave trouble: the operating system's reason in plain words. */
    static UserError of(Path file, IOException e) {
        String why = switch (e) {
            case NoSuchFileException _ -> "not found";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _, NotDirectoryException _ -> "is in the way: not a directory";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
        return new UserError(file + ": " + why);
    }
}
