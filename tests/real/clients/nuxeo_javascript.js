// Copyright (c) 2026, buildops.tokens contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Nuxeo's JavaScript client: authorization code, refresh and JWT. Prints what it saw as JSON.

const crypto = require('crypto');
const https = require('https');
const Nuxeo = require('nuxeo');

const baseURL = process.argv[2] + '/';
const client = { baseURL, clientId: 'auto', clientSecret: 's3cret' };
const redirect = 'https://client.example/cb';

function follow(url) {
  const headers = { Authorization: 'Basic ' + Buffer.from('jdoe:jdoe').toString('base64') };
  return new Promise((resolve, reject) => {
    https.get(url, { headers }, (answer) => { answer.resume(); resolve(answer.headers.location); }).on('error', reject);
  });
}

function encoded(text) {
  return Buffer.from(text).toString('base64url');
}

async function main() {
  const { oauth2 } = Nuxeo;
  const seen = {};
  const back = await follow(oauth2.getAuthorizationURL({ ...client, params: { state: 'xyz', redirect_uri: redirect } }));
  seen.state = new URL(back).searchParams.get('state');
  const code = new URL(back).searchParams.get('code');
  const first = await oauth2.fetchAccessTokenFromAuthorizationCode({ ...client, code, params: { redirect_uri: redirect } });
  seen.token = Object.keys(first).sort();
  const second = await oauth2.refreshAccessToken({ ...client, refreshToken: first.refresh_token });
  seen.rotated = second.access_token !== first.access_token;
  seen.old = await oauth2.refreshAccessToken({ ...client, refreshToken: first.refresh_token }).then(() => 'taken', () => 'refused');
  const text = `${encoded('{"alg":"HS512","typ":"JWT"}')}.${encoded('{"sub":"jdoe","iss":"nuxeo"}')}`;
  const jwtToken = `${text}.${crypto.createHmac('sha512', 'jwtkey').update(text).digest('base64url')}`;
  seen.jwt = (await oauth2.fetchAccessTokenFromJWTToken({ ...client, jwtToken })).token_type;
  const nuxeo = new Nuxeo({ baseURL, auth: { method: 'bearerToken', token: second, clientId: 'auto', clientSecret: 's3cret' } });
  seen.who = (await nuxeo.request('/me').get()).id;
  const stranger = new Nuxeo({ baseURL, auth: { method: 'bearerToken', token: { access_token: 'x', refresh_token: 'y' }, clientId: 'auto', clientSecret: 's3cret' } });
  seen.stranger = await stranger.request('/me').get().then(() => 'taken', () => 'refused');
  console.log(JSON.stringify(seen));
}

main().catch((problem) => { console.error(problem); process.exit(1); });
