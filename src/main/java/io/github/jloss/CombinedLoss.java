// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A weighted sum of losses over the same input and target, with one gradient.
 *
 * <pre>{@code
 * Loss both = CombinedLoss.of(0.5, new BCEWithLogitsLoss(), 0.5, new MSELoss());
 * double value = both.forwardBackward(logits, masks, gradient);
 * }</pre>
 *
 * <p>The value is {@code sum of w_k L_k}, each part reduced its own way; so is the gradient, which the first part
 * overwrites and the others add to. The gradient must not be the input or the target itself: the second part still
 * needs them. {@link #totals} has the totals of the parts.
 */
public final class CombinedLoss implements Loss {

    private static final class Part {

        private final double weight;
        private final Loss loss;

        /** The last delivery asked for, so that a caller that keeps using one makes no garbage. */
        private Delivery last = new Delivery(null, false, null);

        private Part(double weight, Loss loss) {
            this.weight = Checks.finite("weight", weight);
            this.loss = Objects.requireNonNull(loss, "loss");
            if (loss.reduction() == Reduction.NONE) {
                throw new IllegalArgumentException("loss: " + loss + " has reduction NONE, expected one number");
            }
        }

        private Backward weighted(Backward how, boolean adds) {
            Delivery delivery = last;
            if (delivery.whole != how || delivery.adds != adds) {
                delivery = new Delivery(how, adds, how.part(weight, adds));
                last = delivery;
            }
            return delivery.part;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Part p && weight == p.weight && loss.equals(p.loss);
        }

        @Override
        public int hashCode() {
            return Objects.hash(weight, loss);
        }
    }

    /** How the whole sum's gradient is delivered, and so how a part's. */
    private record Delivery(Backward whole, boolean adds, Backward part) {}

    private final List<Part> parts;

    private CombinedLoss(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * One weighted loss, to be continued by {@link #plus}.
     *
     * @param weight its weight, a finite number
     * @param loss a reduced loss
     * @return the weighted loss
     */
    public static CombinedLoss of(double weight, Loss loss) {
        return new CombinedLoss(List.of(new Part(weight, loss)));
    }

    /**
     * Two weighted losses.
     *
     * @param weight1 weight of the first, a finite number
     * @param loss1 a reduced loss
     * @param weight2 weight of the second, a finite number
     * @param loss2 a reduced loss
     * @return their sum
     */
    public static CombinedLoss of(double weight1, Loss loss1, double weight2, Loss loss2) {
        return of(weight1, loss1).plus(weight2, loss2);
    }

    /**
     * This sum and one loss more.
     *
     * @param weight its weight, a finite number
     * @param loss a reduced loss
     * @return a new sum
     */
    public CombinedLoss plus(double weight, Loss loss) {
        List<Part> more = new ArrayList<>(parts);
        more.add(new Part(weight, loss));
        return new CombinedLoss(more);
    }

    /** Always {@link Reduction#SUM}: of the parts, which are reduced their own way. */
    @Override
    public Reduction reduction() {
        return Reduction.SUM;
    }

    @Override
    public double forward(Tensor input, Target target) {
        double value = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            value += part.weight * part.loss.forward(input, target);
        }
        return value;
    }

    @Override
    public double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how) {
        requireValid(input, target, gradient);
        double value = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            Backward partHow = part.weighted(how, how.adds() || i > 0);
            value += part.weight * part.loss.forwardBackward(input, target, gradient, partHow);
        }
        return value;
    }

    @Override
    public Totals totals(Tensor input, Target target) {
        return new Totals(toString(), new double[0], parts.stream().map(p -> p.loss.totals(input, target)).toList());
    }

    @Override
    public double finish(Totals totals) {
        totals.requireOf(toString(), 0, parts.size());
        double value = 0;
        for (int i = 0; i < parts.size(); i++) {
            value += parts.get(i).weight * parts.get(i).loss.finish(totals.parts().get(i));
        }
        return value;
    }

    @Override
    public void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how) {
        requireValid(input, target, gradient);
        whole.requireOf(toString(), 0, parts.size());
        for (int i = 0; i < parts.size(); i++) {
            Backward partHow = parts.get(i).weighted(how, how.adds() || i > 0);
            parts.get(i).loss.backward(input, target, whole.parts().get(i), gradient, partHow);
        }
    }

    @Override
    public void requireValid(Tensor input, Target target, Tensor gradient) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).loss.requireValid(input, target, gradient);
        }
        if (parts.size() > 1) {
            String why = "the parts after the first still need it";
            Checks.apart("gradient", gradient, "input", input, why);
            if (target instanceof Tensor floats) Checks.apart("gradient", gradient, "target", floats, why);
        }
    }

    @Override
    public CombinedLoss on(Backend backend) {
        return new CombinedLoss(parts.stream().map(p -> new Part(p.weight, p.loss.on(backend))).toList());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CombinedLoss c && parts.equals(c.parts);
    }

    @Override
    public int hashCode() {
        return parts.hashCode();
    }

    @Override
    public String toString() {
        return parts.stream().map(p -> p.weight + " * " + p.loss)
                .collect(Collectors.joining(" + ", "CombinedLoss[", "]"));
    }
}
