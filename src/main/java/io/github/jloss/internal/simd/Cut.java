// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.simd;

import io.github.jloss.internal.formula.Node;
import io.github.jloss.internal.formula.Node.Op;
import io.github.jloss.internal.formula.Node.Operation;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where a formula is cut in two for software pipelining: while the second half of one vector is computed, so is the
 * first half of the next.
 *
 * <p>A processor looks some hundred instructions ahead, which is two rounds of a loop like binary cross entropy's: 44
 * operations, most of which wait for the one before. Cut at {@code e^-|x|}, the chain of waiting operations is half as
 * long. One vector is carried from round to round, so the cut is one float that depends on the input alone, and what
 * both halves need (such as |x|) is computed twice.
 */
final class Cut {

    /** Shorter formulas wait for memory, not for arithmetic. In cycles. */
    private static final int WORTHWHILE = 60;

    /** Most operations that may be computed twice. */
    private static final int TWICE = 2;

    private Cut() {}

    /** The node to cut at, or null if there is no good one. */
    static Node find(Node... roots) {
        int uncut = latency(null, roots);
        Set<Node> all = operations(null, roots);
        Node best = null;
        int least = uncut * 3 / 4;
        for (Node node : all) {
            if (uncut < WORTHWHILE || node.type() != Node.Type.FLOAT) {
                continue;
            }
            Set<Node> first = operations(null, node);
            if (dependsOnInputAlone(first)
                    && first.size() + operations(node, roots).size() - all.size() <= TWICE) {
                int longer = Math.max(latency(null, node), latency(node, roots));
                if (longer < least) {
                    least = longer;
                    best = node;
                }
            }
        }
        return best;
    }

    private static boolean dependsOnInputAlone(Set<Node> operations) {
        return operations.stream().flatMap(o -> ((Operation) o).operands().stream())
                .noneMatch(o -> o instanceof Node.Argument a && a.index() != 0);
    }

    /** All operations below the roots, not looking below the cut. */
    private static Set<Node> operations(Node cut, Node... roots) {
        Set<Node> found = new LinkedHashSet<>();
        collect(cut, List.of(roots), found);
        return found;
    }

    private static void collect(Node cut, List<Node> nodes, Set<Node> found) {
        for (Node node : nodes) {
            if (node instanceof Operation o && !node.equals(cut) && found.add(node)) {
                collect(cut, o.operands(), found);
            }
        }
    }

    /** Cycles of the longest chain of operations from the cut, or from the arguments, to a root. */
    private static int latency(Node cut, Node... roots) {
        Map<Node, Integer> known = new HashMap<>();
        int longest = 0;
        for (Node root : roots) {
            longest = Math.max(longest, latency(cut, root, known));
        }
        return longest;
    }

    private static int latency(Node cut, Node node, Map<Node, Integer> known) {
        if (!(node instanceof Operation o) || node.equals(cut)) {
            return 0;
        }
        Integer done = known.get(node);
        if (done != null) {
            return done;
        }
        int longest = 0;
        for (Node operand : o.operands()) {
            longest = Math.max(longest, latency(cut, operand, known));
        }
        known.put(node, longest + cycles(o.op()));
        return longest + cycles(o.op());
    }

    /** What an operation takes on current x86 processors, roughly. */
    private static int cycles(Op op) {
        return switch (op) {
            case DIV -> 16;
            case ADD, SUB, MUL, FMA, MATH_FMA, IF_LESS, IF_EQUAL, IF_SIGN_BIT, TO_FLOAT -> 4;
            case NEG, ABS, IADD, ISUB, AND, OR, XOR, SHL, SHR, USHR -> 1;
            case FROM_BITS, TO_BITS -> 0;
        };
    }
}
