/**
 * What a new loss or a new back end is written against: formulas, their vocabulary, and the pointwise engine.
 */
package io.github.jloss.spi;
