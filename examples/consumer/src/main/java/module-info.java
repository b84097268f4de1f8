// SPDX-License-Identifier: Apache-2.0
/** What a module that computes with SIMD says; on the class path nobody reads it. */
module consumer {
    requires io.github.jloss;
    requires jdk.incubator.vector;

    // A formula of one's own is read and written again with vectors.
    opens consumer to io.github.jloss;
}
