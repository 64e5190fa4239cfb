// Copyright (c) 2026, buildops.tokens contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.DefaultSettingsBuilderFactory;
import org.apache.maven.settings.building.DefaultSettingsBuildingRequest;
import org.apache.maven.settings.building.SettingsBuilder;
import org.apache.maven.settings.building.SettingsBuildingException;
import org.apache.maven.settings.building.SettingsBuildingResult;
import org.apache.maven.settings.building.SettingsProblem;
import org.apache.maven.settings.building.SettingsSource;
import org.apache.maven.settings.io.xpp3.SettingsXpp3Writer;

/**
 * Maven 3's own settings builder. Each line of standard input is the user settings and, after a blank, the global settings
 * (optional), both in Base64. Each line of standard output is JSON, whose texts are Base64 so that nothing needs to be quoted:
 * {"problems": [...], "servers": [[...], ...], "rest": "..."} or {"fatal": "..."}. A server is its id, username, password,
 * privateKey, passphrase, filePermissions, directoryPermissions and configuration; what it lacks is null. "rest" is everything
 * but the servers, as Maven writes it.
 */
public class MavenSettings {
    private static final class Bytes implements SettingsSource {
        private final byte[] content;

        Bytes(String base64) {
            content = Base64.getDecoder().decode(base64);
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(content);
        }

        @Override
        public String getLocation() {
            return "settings.xml";
        }
    }

    public static void main(String[] arguments) throws Exception {
        SettingsBuilder builder = new DefaultSettingsBuilderFactory().newInstance();
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(read(builder, line.split(" ")));
            if (!lines.ready()) {
                out.flush();
            }
        }
        out.flush();
    }

    private static String read(SettingsBuilder builder, String[] files) throws Exception {
        DefaultSettingsBuildingRequest request = new DefaultSettingsBuildingRequest();
        request.setUserSettingsSource(new Bytes(files[0]));
        if (files.length > 1) {
            request.setGlobalSettingsSource(new Bytes(files[1]));
        }
        request.setSystemProperties(new Properties());
        SettingsBuildingResult result;
        try {
            result = builder.build(request);
        } catch (SettingsBuildingException e) {
            return "{\"fatal\": " + quoted(e.getMessage()) + "}";
        } catch (RuntimeException e) {
            return "{\"fatal\": " + quoted(e.toString()) + "}";
        }
        List<String> problems = new ArrayList<>();
        for (SettingsProblem problem : result.getProblems()) {
            problems.add(quoted(problem.getSeverity() + ": " + problem.getMessage()));
        }
        Settings settings = result.getEffectiveSettings();
        List<String> servers = new ArrayList<>();
        for (Server server : settings.getServers()) {
            Object configuration = server.getConfiguration();
            servers.add("[" + String.join(", ", quoted(server.getId()), quoted(server.getUsername()), quoted(server.getPassword()),
                    quoted(server.getPrivateKey()), quoted(server.getPassphrase()), quoted(server.getFilePermissions()),
                    quoted(server.getDirectoryPermissions()), quoted(configuration == null ? null : configuration.toString())) + "]");
        }
        settings.setServers(new ArrayList<>());
        StringWriter rest = new StringWriter();
        new SettingsXpp3Writer().write(rest, settings);
        return "{\"problems\": " + problems + ", \"servers\": " + servers + ", \"rest\": " + quoted(rest.toString()) + "}";
    }

    private static String quoted(String text) {
        return text == null ? "null" : '"' + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + '"';
    }
}
