// SPDX-License-Identifier: Apache-2.0
/**
 * Work cut into numbered chunks, and the threads that take them.
 */
package io.github.jloss.internal.parallel;
