// SPDX-License-Identifier: Apache-2.0
/** The benchmarks of jloss, and the command that runs them and prints the figures. */
package io.github.jloss.jmh;
