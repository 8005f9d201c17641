/**
 * What secrets look like whose issuers gave them a form of their own, as data. A pattern describes the whole secret, holds
 * no group and no line end, and need not say where the secret starts and ends: it is only looked for between characters
 * that are neither letters, digits, `_` nor `-`.
 */
export interface SecretFormat {
  /** Whose secret it is, in words. */
  readonly name: string;
  readonly pattern: string;
}

export const knownFormats: readonly SecretFormat[] = [
  { name: 'AWS access key', pattern: '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}' },
  { name: 'GitHub token', pattern: 'gh[oprsu]_[A-Za-z0-9]{36,255}' },
  { name: 'GitHub fine-grained token', pattern: 'github_pat_[A-Za-z0-9_]{60,255}' },
  { name: 'GitLab token', pattern: 'gl(?:pat|dt|rt|cbt|ptt|ft|oas)-[A-Za-z0-9_-]{20,80}' },
  { name: 'Slack token', pattern: 'xox[abeoprs]-[A-Za-z0-9-]{20,255}' },
  { name: 'Slack app token', pattern: 'xapp-[0-9]-[A-Za-z0-9-]{20,255}' },
  { name: 'Stripe key', pattern: '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{20,255}' },
  { name: 'Stripe webhook secret', pattern: 'whsec_[A-Za-z0-9+/]{32,100}' },
  { name: 'Google API key', pattern: 'AIza[A-Za-z0-9_-]{35}' },
  { name: 'Google client secret', pattern: 'GOCSPX-[A-Za-z0-9_-]{28}' },
  { name: 'Google access token', pattern: 'ya29\\.[A-Za-z0-9_-]{40,255}' },
  {
    name: 'OpenAI key',
    pattern: 'sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{8,120}T3BlbkFJ[A-Za-z0-9_-]{8,120}',
  },
  { name: 'Anthropic key', pattern: 'sk-ant-[a-z0-9]{3,10}-[A-Za-z0-9_-]{40,200}' },
  { name: 'OpenRouter key', pattern: 'sk-or-v1-[0-9a-f]{64}' },
  { name: 'secret key', pattern: 'sk-[A-Za-z0-9]{32,64}' },
  { name: 'Hugging Face token', pattern: 'hf_[A-Za-z0-9]{30,60}' },
  { name: 'Replicate token', pattern: 'r8_[A-Za-z0-9]{37}' },
  { name: 'Groq key', pattern: 'gsk_[A-Za-z0-9]{40,80}' },
  { name: 'npm token', pattern: 'npm_[A-Za-z0-9]{36}' },
  { name: 'PyPI token', pattern: 'pypi-[A-Za-z0-9_-]{60,255}' },
  { name: 'RubyGems key', pattern: 'rubygems_[0-9a-f]{48}' },
  { name: 'Docker token', pattern: 'dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,60}' },
  { name: 'SendGrid key', pattern: 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,64}' },
  { name: 'Mailgun key', pattern: 'key-[0-9a-f]{32}' },
  { name: 'Twilio key', pattern: 'SK[0-9a-f]{32}' },
  { name: 'Telegram bot token', pattern: '[0-9]{8,10}:AA[A-Za-z0-9_-]{33}' },
  {
    name: 'Discord bot token',
    pattern: '[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,40}',
  },
  { name: 'Shopify token', pattern: 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}' },
  { name: 'Square token', pattern: 'sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,60}' },
  { name: 'DigitalOcean token', pattern: 'do[opr]_v1_[0-9a-f]{64}' },
  { name: 'Databricks token', pattern: 'dapi[0-9a-f]{32}' },
  { name: 'Atlassian token', pattern: 'ATATT3[A-Za-z0-9_=-]{60,255}' },
  { name: 'Linear key', pattern: 'lin_api_[A-Za-z0-9]{40}' },
  { name: 'Notion token', pattern: 'ntn_[A-Za-z0-9]{40,60}' },
  { name: 'Figma token', pattern: 'figd_[A-Za-z0-9_-]{36,60}' },
  { name: 'Postman key', pattern: 'PMAK-[0-9a-f]{24}-[0-9a-f]{34}' },
  { name: 'New Relic key', pattern: 'NRAK-[A-Z0-9]{27}' },
  { name: 'Grafana token', pattern: 'glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}' },
  { name: 'Sentry token', pattern: 'sntry[su]_[A-Za-z0-9+/=_]{40,255}' },
  { name: 'PlanetScale token', pattern: 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}' },
  { name: 'Supabase token', pattern: 'sbp_[0-9a-f]{40}' },
  { name: 'Pulumi token', pattern: 'pul-[0-9a-f]{40}' },
  { name: 'Doppler token', pattern: 'dp\\.(?:pt|st|ct|sa)\\.[A-Za-z0-9._-]{40,80}' },
  { name: 'Vault token', pattern: 'hv[sbr]\\.[A-Za-z0-9_-]{24,255}' },
  { name: 'Terraform token', pattern: '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{60,80}' },
  { name: 'age key', pattern: 'AGE-SECRET-KEY-1[0-9A-Z]{58}' },
  {
    name: 'JSON web token',
    pattern: 'eyJ[A-Za-z0-9_-]{10,2000}\\.eyJ[A-Za-z0-9_-]{10,4000}\\.[A-Za-z0-9_-]{16,1000}',
  },
];

/** A secret that only its surroundings give away. */
export interface SurroundedFormat extends SecretFormat {
  /** Occurs, in lower case, in every text with such a secret. */
  readonly keyword: string;
}

/** Patterns with one group, which is the secret. Letters in either case. */
export const surroundedFormats: readonly SurroundedFormat[] = [
  {
    name: 'password in a URL',
    keyword: '://',
    pattern:
      '\\b[a-z][a-z0-9+.-]{1,20}://[^\\s:@/\'"`<>{}$]{0,100}:([^\\s:@/\\\\\'"`<>(){}[\\]|$]{4,200})@[a-z0-9[]',
  },
  {
    name: 'authorization header',
    keyword: 'authorization',
    pattern:
      'authorization["\'`]?\\s{0,3}[:=,]\\s{0,3}["\'`]?(?:bearer|basic|token) {1,3}([a-z0-9+/_.=-]{16,4000})',
  },
  {
    name: 'Azure key',
    keyword: 'accountkey',
    pattern: 'accountkey=([a-z0-9+/]{40,90}={0,2})',
  },
  {
    name: 'Slack webhook',
    keyword: 'hooks.slack.com',
    pattern: 'hooks\\.slack\\.com/(?:services|workflows)/([a-z0-9/]{30,80})',
  },
  {
    name: 'Discord webhook',
    keyword: 'api/webhooks/',
    pattern: 'discord(?:app)?\\.com/api/webhooks/([0-9]{15,22}/[a-z0-9_-]{50,80})',
  },
];
