// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTest {

    @Test
    void listsWhatThereIsAndWhyTheRestIsNot() {
        Cli cli = Cli.run("devices");
        List<String> lines = cli.out().lines().toList();
        assertEquals(0, cli.code());
        assertEquals("", cli.err());
        assertEquals(3, lines.size(), cli.out());
        assertTrue(lines.get(0).matches("cpu +cpu .+, JAVA CPU, \\d+\\.\\d GiB"), lines.get(0));
        assertTrue(lines.get(1).matches("broken +none: broken: its driver is missing"), lines.get(1));
        assertTrue(lines.get(2).matches("tornado +none: .+ TORNADOVM_HOME .+"), lines.get(2));
    }

    @Test
    void printsJson() throws IOException {
        Cli cli = Cli.run("devices", "--json");
        JsonNode devices = new ObjectMapper().readTree(cli.out());
        assertEquals(3, devices.size());
        JsonNode cpu = devices.get(0);
        assertEquals("cpu", cpu.get("backend").textValue());
        assertEquals("cpu", cpu.get("id").textValue());
        assertEquals(Runtime.getRuntime().maxMemory(), cpu.get("memory").longValue());
        assertEquals("broken: its driver is missing", devices.get(1).get("reason").textValue());
        assertEquals("tornado", devices.get(2).get("backend").textValue());
    }

    @Test
    void theIdsListedCanBeChosen() throws IOException {
        String id = new ObjectMapper().readTree(Cli.run("devices", "--json").out()).get(0).get("id").textValue();
        Cli cli = Cli.run("train", "digits", "--loss", "mse", "--epochs", "1", "--device", id);
        assertEquals(0, cli.code(), cli.err());
    }
}
