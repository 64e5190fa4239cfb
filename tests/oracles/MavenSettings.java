// Copyright (c) 2026, buildops.tokens contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
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
import org.apache.maven.settings.building.SettingsBuildingException;
import org.apache.maven.settings.building.SettingsBuildingResult;
import org.apache.maven.settings.building.SettingsProblem;
import org.apache.maven.settings.io.xpp3.SettingsXpp3Writer;

/**
 * Maven's own settings builder as a judge: for each path on standard input, one line of JSON on standard output.
 * All texts are Base64, so that nothing needs to be quoted: {"problems": [...], "servers": [[...], ...], "rest": "..."}
 * or {"fatal": "..."}. A server is its id, username, password, privateKey, passphrase, filePermissions, directoryPermissions and
 * configuration; what it lacks is null. "rest" is everything but the servers, as Maven writes it.
 */
public class MavenSettings {
    public static void main(String[] arguments) throws Exception {
        BufferedReader paths = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String path = paths.readLine(); path != null; path = paths.readLine()) {
            System.out.println(read(new File(path)));
            System.out.flush();
        }
    }

    private static String read(File file) throws Exception {
        DefaultSettingsBuildingRequest request = new DefaultSettingsBuildingRequest();
        request.setUserSettingsFile(file);
        request.setSystemProperties(new Properties());
        SettingsBuildingResult result;
        try {
            result = new DefaultSettingsBuilderFactory().newInstance().build(request);
        } catch (SettingsBuildingException e) {
            return "{\"fatal\": " + quoted(e.getMessage()) + "}";
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
