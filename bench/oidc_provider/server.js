// The peer: npm oidc-provider, everything in memory, the same flow and the same claims as MAG.
// Settings that cost it time and that MAG does not pay are left off (signed cookies, refresh
// tokens, consent, userinfo-only claims): what is measured is the flow.
import { generateKeyPairSync } from 'node:crypto';

import { Provider } from 'oidc-provider';

const [port, clientId, clientSecret, redirectUri] = process.argv.slice(2);
const SCOPES = 'openid profile entreprise email';
const PERSON = {
  family_name: 'SAWYER',
  given_name: 'TOM',
  siret: '97050551700072',
  siren: '970505517',
  roles: ['declarant'],
  email: 'tom.sawyer@toment.example',
  email_verified: true,
};

// A plain Map. The adapter that ships for tests keeps a thousand entries, and scans every token
// of a grant on each insertion: over thousands of flows of one session it would slow the peer.
const kept = new Map();
const ofGrant = new Map();

class MemoryAdapter {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload) {
    kept.set(`${this.model}:${id}`, payload);
    if (this.model === 'Session') kept.set(`uid:${payload.uid}`, id);
    if (payload.grantId && this.model !== 'Session') {
      if (!ofGrant.has(payload.grantId)) ofGrant.set(payload.grantId, []);
      ofGrant.get(payload.grantId).push(`${this.model}:${id}`);
    }
  }

  async find(id) {
    return kept.get(`${this.model}:${id}`);
  }

  async findByUid(uid) {
    return this.find(kept.get(`uid:${uid}`));
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    kept.get(`${this.model}:${id}`).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    kept.delete(`${this.model}:${id}`);
  }

  async revokeByGrantId(grantId) {
    for (const key of ofGrant.get(grantId) ?? []) kept.delete(key);
    ofGrant.delete(grantId);
  }
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: MemoryAdapter,
  clients: [{
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: [redirectUri],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
    require_auth_time: true,
  }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' }] },
  scopes: SCOPES.split(' '),
  claims: {
    openid: ['sub', 'sid', 'acr', 'amr', 'auth_time'],
    profile: ['family_name', 'given_name'],
    entreprise: ['siret', 'siren', 'roles'],
    email: ['email', 'email_verified'],
  },
  acrValues: ['urn:bench:password'],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/enter/${interaction.uid}` },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...PERSON }) }),
  // Consent is skipped: one grant a session, made at the first request.
  async loadExistingGrant(ctx) {
    const { client, session, provider: from } = ctx.oidc;
    const grantId = session.grantIdFor(client.clientId);
    if (grantId) return from.Grant.find(grantId);
    const grant = new from.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(SCOPES);
    await grant.save();
    return grant;
  },
});

// The one interaction: whoever comes is SAWYER TOM.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/enter/')) return next();
  const login = { accountId: 'sawyer-tom', acr: 'urn:bench:password', amr: ['pwd'] };
  return provider.interactionFinished(ctx.req, ctx.res, { login });
});

provider.on('server_error', (_ctx, error) => console.error(error));
provider.listen(Number(port), '127.0.0.1');
