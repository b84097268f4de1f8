// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.CombinedLoss;
import io.github.jloss.Criterion;
import io.github.jloss.Loss;
import io.github.jloss.LossEntry;
import io.github.jloss.Losses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A loss, or a weighted sum of losses such as {@code 0.5*bce_with_logits+0.5*jaccard}.
 *
 * @param terms at least one
 */
record LossSum(List<Term> terms) {

    /**
     * A weighted loss.
     *
     * @param weight its weight
     * @param loss which
     */
    record Term(double weight, LossEntry loss) {
        @Override
        public String toString() {
            return weight == 1 ? loss.name() : weight + "*" + loss.name();
        }
    }

    /** A number with * after it, or none of both; a name; + or the end. */
    private static final Pattern TERM = Pattern.compile(
            "\\G\\s*(?:(\\d+(?:\\.\\d*)?|\\.\\d+)\\s*\\*)?\\s*([A-Za-z][\\w-]*)\\s*(\\+|$)");

    static LossSum parse(String text) {
        List<Term> terms = new ArrayList<>();
        Matcher matcher = TERM.matcher(text);
        boolean more = true;
        while (more) {
            if (!matcher.find()) {
                throw new UserError("loss " + text + ": expected a name, or a sum such as 0.5*mse+2*l1");
            }
            double weight = matcher.group(1) == null ? 1 : Double.parseDouble(matcher.group(1));
            LossEntry loss = Losses.named(matcher.group(2));
            if (terms.stream().anyMatch(t -> t.loss == loss)) {
                throw new UserError("loss " + text + ": names " + loss.name() + " twice");
            }
            terms.add(new Term(weight, loss));
            more = matcher.group(3).equals("+");
        }
        return new LossSum(List.copyOf(terms));
    }

    /** The sum with what a user set: options by their name or, where several losses have it, as LOSS.NAME. */
    Criterion create(Map<String, String> given, Path base) {
        Map<Term, Map<String, String>> options = new LinkedHashMap<>();
        terms.forEach(term -> options.put(term, new HashMap<>()));
        given.forEach((name, value) -> {
            int dot = name.indexOf('.');
            String own = name.substring(dot + 1);
            options.get(dot < 0 ? owner(name) : prefixed(name, name.substring(0, dot))).put(own, value);
        });
        Term first = terms.getFirst();
        if (terms.size() == 1 && first.weight == 1) {
            return Configuration.criterion(first.loss, options.get(first), base);
        }
        CombinedLoss sum = null;
        for (Term term : terms) {
            if (!(Configuration.criterion(term.loss, options.get(term), base) instanceof Loss loss)) {
                throw new UserError("loss " + this + ": " + term.loss.name() + " has inputs "
                        + String.join(", ", term.loss.inputs()) + "; only losses of one input can be summed");
            }
            sum = sum == null ? CombinedLoss.of(term.weight, loss) : sum.plus(term.weight, loss);
        }
        return sum;
    }

    private Term prefixed(String option, String prefix) {
        return terms.stream().filter(t -> Losses.find(prefix).filter(t.loss::equals).isPresent()).findFirst()
                .orElseThrow(() -> new UserError("option " + option + ": there is no " + prefix + " in " + this));
    }

    private Term owner(String option) {
        if (terms.size() == 1) return terms.getFirst();
        List<Term> owners = terms.stream().filter(t -> t.loss.option(option).isPresent()).toList();
        if (owners.size() == 1) return owners.getFirst();
        throw new UserError("option " + option + ": " + (owners.isEmpty()
                ? "unknown to all of " + this
                : "expected " + owners.stream().map(t -> t.loss.name() + "." + option)
                        .collect(Collectors.joining(" or "))));
    }

    @Override
    public String toString() {
        return terms.stream().map(Term::toString).collect(Collectors.joining("+"));
    }
}
