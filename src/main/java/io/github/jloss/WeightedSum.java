// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Losses and their weights: what {@link CombinedLoss} and {@link MultiTaskLoss} are made of.
 *
 * @param <C> the losses
 */
final class WeightedSum<C extends Criterion> implements Serializable {

    private static final long serialVersionUID = 1;

    private final boolean oneGradient;
    private final List<Term<C>> terms;

    private WeightedSum(boolean oneGradient, List<Term<C>> terms) {
        this.oneGradient = oneGradient;
        this.terms = List.copyOf(terms);
    }

    /** A sum of nothing, to be continued; if all terms write one gradient, those after the first add to it. */
    static <C extends Criterion> WeightedSum<C> empty(boolean oneGradient) {
        return new WeightedSum<>(oneGradient, List.of());
    }

    /** One term more; the name is null where terms have none. */
    WeightedSum<C> plus(String name, double weight, C criterion) {
        if (name != null && terms.stream().anyMatch(t -> t.name.equals(name))) {
            throw new IllegalArgumentException("name: two heads are called " + name);
        }
        List<Term<C>> more = new ArrayList<>(terms);
        more.add(new Term<>(name, weight, criterion));
        return new WeightedSum<>(oneGradient, more);
    }

    int size() {
        return terms.size();
    }

    String name(int i) {
        return terms.get(i).name;
    }

    C get(int i) {
        return terms.get(i).criterion;
    }

    /** The weight of a term times a number. */
    double times(int i, double value) {
        return terms.get(i).weight * value;
    }

    /** How a term's gradient is delivered, so that the sum's is as asked for. */
    Backward delivery(int i, Backward how) {
        return terms.get(i).delivery(how, how.adds() || oneGradient && i > 0);
    }

    /** Refuses factors on gradients that are no floats, of any term. */
    void requireDeliverable(Backward how) {
        Objects.requireNonNull(how, "how");
        for (int i = 0; i < terms.size(); i++) {
            Backward delivery = delivery(i, how);
            if (get(i) instanceof CombinedLoss sum) {
                sum.requireDeliverable(delivery);
            }
        }
    }

    /** The totals of all terms. */
    Totals totals(String sum, IntFunction<Totals> term) {
        List<Totals> parts = new ArrayList<>();
        for (int i = 0; i < terms.size(); i++) {
            parts.add(term.apply(i));
        }
        return new Totals(sum, new double[0], parts);
    }

    /** The value of the sum. */
    double finish(String sum, Totals totals) {
        Objects.requireNonNull(totals, "totals").requireOf(sum, 0, terms.size());
        double value = 0;
        for (int i = 0; i < terms.size(); i++) {
            value += times(i, get(i).finish(totals.part(i)));
        }
        return value;
    }

    /** The same sum of other losses. */
    WeightedSum<C> map(UnaryOperator<C> other) {
        return new WeightedSum<>(oneGradient, terms.stream()
                .map(t -> new Term<>(t.name, t.weight, other.apply(t.criterion))).toList());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof WeightedSum<?> s && terms.equals(s.terms);
    }

    @Override
    public int hashCode() {
        return terms.hashCode();
    }

    @Override
    public String toString() {
        return terms.stream().map(Term::toString).collect(Collectors.joining(" + ", "[", "]"));
    }

    private static final class Term<C extends Criterion> implements Serializable {

        private static final long serialVersionUID = 1;

        private final String name;
        private final double weight;
        private final C criterion;

        /** The last delivery asked for, so that a caller that keeps using one makes no garbage. */
        private transient Delivery last;

        private Term(String name, double weight, C criterion) {
            this.name = name;
            this.weight = Checks.finite("weight", weight);
            this.criterion = criterion;
            if (criterion.reduction() == Reduction.NONE) {
                throw new IllegalArgumentException((name == null ? "loss: " : "head " + name + ": ") + criterion
                        + " has reduction NONE, expected one number");
            }
        }

        private Backward delivery(Backward how, boolean adds) {
            Delivery delivery = last;
            if (delivery == null || delivery.whole != how || delivery.adds != adds) {
                delivery = new Delivery(how, adds, how.part(weight, adds));
                last = delivery;
            }
            return delivery.part;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Term<?> t && Objects.equals(name, t.name) && weight == t.weight
                    && criterion.equals(t.criterion);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, weight, criterion);
        }

        @Override
        public String toString() {
            return (name == null ? "" : name + ": ") + weight + " * " + criterion;
        }
    }

    /** How the whole sum's gradient is delivered, and so how a term's. */
    private record Delivery(Backward whole, boolean adds, Backward part) {}
}
