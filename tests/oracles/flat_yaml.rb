# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads files, one a line in base64. Writes, as JSON on one line, what the reader of YAML and that of Bundler find.

require "bundler"
require "bundler/yaml_serializer"
require "json"
require "yaml"

def attempt
  found = yield
  found.is_a?(Hash) ? found.to_h { |key, value| [key.to_s, value] } : (found ? nil : {})
rescue StandardError
  nil
end

$stdin.each_line do |line|
  text = line.unpack1("m").force_encoding("UTF-8")
  puts JSON.generate([
    attempt { YAML.safe_load(text, permitted_classes: [Symbol, Date, Time], aliases: true) },
    attempt { Bundler::YAMLSerializer.load(text) },
  ])
  $stdout.flush
end
