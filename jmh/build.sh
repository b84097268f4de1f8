# SPDX-License-Identifier: Apache-2.0
# Builds the benchmarks where they are missing or out of date; jmh/run and jmh/peers source this. They set home and say,
# and whether libtorch (peers) and TornadoVM (device) are wanted: true or false.

classpath_file=$home/jmh/target/classpath.txt
benchmarks=$home/jmh/target/classes/META-INF/BenchmarkList

# Whether a library is not on the class path, or its benchmarks are not built.
lacks() {
  ! grep -q "$1" "$classpath_file" || ! grep -q "$2" "$benchmarks"
}

must_build() {
  [ ! -f "$classpath_file" ] || [ ! -f "$benchmarks" ] && return 0
  # What was built with the peers, or for devices, can do without them, not the other way round.
  if $peers && lacks bytedeco LibtorchBenchmark; then return 0; fi
  if $device && lacks jloss-tornado DeviceBenchmark; then return 0; fi
  local sources=("$home/pom.xml" "$home/src/pom.xml" "$home/src/main" "$home/jmh/pom.xml" "$home/jmh/src/main"
    "$home/jmh/src/peers")
  if $device; then sources+=("$home/jmh/src/device" "$home/tornado/pom.xml" "$home/tornado/src/main"); fi
  [ -n "$(find "${sources[@]}" -newer "$classpath_file" -print 2>/dev/null | head -n 1)" ]
}

# Sets classpath, with a JDK in jdk.
build() {
  if must_build; then
    local profile=()
    if $peers; then profile=(-Ppeers); fi
    say "building jloss and its benchmarks$(if $peers; then echo ' with libtorch'; fi)$(if $device; then
      echo ' for TornadoVM'; fi) ..."
    if ! (cd "$home" && JAVA_HOME=$jdk ./mvnw -q ${profile[@]+"${profile[@]}"} -pl jmh -am -DskipTests \
        -Dmaven.javadoc.skip -Dmaven.source.skip package >&2); then
      say "the build failed; its messages are above"
      exit 2
    fi
    # Maven leaves a file alone whose text would be the same: its time is what tells the next start.
    touch "$classpath_file"
  fi
  classpath="$home/jmh/target/classes:$(cat "$classpath_file")"
}
