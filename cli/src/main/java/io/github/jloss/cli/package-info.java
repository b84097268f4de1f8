// SPDX-License-Identifier: Apache-2.0
/** jloss on the command line: list the losses, evaluate them on files, train a small model with them. */
package io.github.jloss.cli;
