/**
 * Losses of single elements.
 */
package io.github.jloss.internal.pointwise;
