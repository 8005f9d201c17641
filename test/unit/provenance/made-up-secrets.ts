/**
 * A secret of each known form, made up: drawn from a fixed stream of numbers, so that no secret stands in this repository
 * and none was ever valid.
 */

const hex = '0123456789abcdef';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lower = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const letters = upper + lower + digits;
const url = letters + '_-';

/** Characters drawn from an alphabet; the same `seed` gives the same. */
export function drawn(alphabet: string, length: number, seed = 1): string {
  let state = (seed * 2654435761 + length) >>> 0;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += alphabet.charAt((state >>> 8) % alphabet.length);
  }
  return text;
}

/** By the names that the table of formats gives them. */
export const madeUpSecrets: Readonly<Record<string, string>> = {
  'AWS access key': `AKIA${drawn(upper + '234567', 16)}`,
  'GitHub token': `ghp_${drawn(letters, 36)}`,
  'GitHub fine-grained token': `github_pat_${drawn(letters, 22)}_${drawn(letters, 59)}`,
  'GitLab token': `glpat-${drawn(letters, 20)}`,
  'Slack token': `xoxb-${drawn(digits, 12)}-${drawn(letters, 24)}`,
  'Slack app token': `xapp-1-${drawn(upper, 11)}-${drawn(hex, 40)}`,
  'Stripe key': `sk_live_${drawn(letters, 24)}`,
  'Stripe webhook secret': `whsec_${drawn(letters, 32)}`,
  'Google API key': `AIza${drawn(url, 34)}Q`,
  'Google client secret': `GOCSPX-${drawn(url, 27)}Q`,
  'Google access token': `ya29.${drawn(url, 59)}Q`,
  'OpenAI key': `sk-proj-${drawn(letters, 40)}T3BlbkFJ${drawn(letters, 40, 2)}`,
  'Anthropic key': `sk-ant-api03-${drawn(url, 90)}AA`,
  'OpenRouter key': `sk-or-v1-${drawn(hex, 64)}`,
  'secret key': `sk-${drawn(lower + digits, 32)}`,
  'Hugging Face token': `hf_${drawn(upper + lower, 34)}`,
  'Replicate token': `r8_${drawn(letters, 37)}`,
  'Groq key': `gsk_${drawn(letters, 52)}`,
  'npm token': `npm_${drawn(letters, 36)}`,
  'PyPI token': `pypi-AgEIcHlwaS5vcmc${drawn(url, 60)}Q`,
  'RubyGems key': `rubygems_${drawn(hex, 48)}`,
  'Docker token': `dckr_pat_${drawn(url, 26)}Q`,
  'SendGrid key': `SG.${drawn(letters, 22)}.${drawn(letters, 43)}`,
  'Mailgun key': `key-${drawn(hex, 32)}`,
  'Twilio key': `SK${drawn(hex, 32)}`,
  'Telegram bot token': `${drawn(digits, 10)}:AA${drawn(letters, 33)}`,
  'Discord bot token': `M${drawn(letters, 23)}.${drawn(letters, 6)}.${drawn(letters, 27)}`,
  'Shopify token': `shpat_${drawn(hex, 32)}`,
  'Square token': `sq0atp-${drawn(letters, 22)}`,
  'DigitalOcean token': `dop_v1_${drawn(hex, 64)}`,
  'Databricks token': `dapi${drawn(hex, 32)}`,
  'Atlassian token': `ATATT3${drawn(letters, 180)}`,
  'Linear key': `lin_api_${drawn(letters, 40)}`,
  'Notion token': `ntn_${drawn(letters, 46)}`,
  'Figma token': `figd_${drawn(letters, 40)}`,
  'Postman key': `PMAK-${drawn(hex, 24)}-${drawn(hex, 34)}`,
  'New Relic key': `NRAK-${drawn(upper + digits, 27)}`,
  'Grafana token': `glsa_${drawn(letters, 32)}_${drawn(hex, 8)}`,
  'Sentry token': `sntrys_${drawn(letters, 64)}`,
  'PlanetScale token': `pscale_tkn_${drawn(letters, 43)}`,
  'Supabase token': `sbp_${drawn(hex, 40)}`,
  'Pulumi token': `pul-${drawn(hex, 40)}`,
  'Doppler token': `dp.pt.${drawn(letters, 43)}`,
  'Vault token': `hvs.${drawn(letters, 24)}`,
  'Terraform token': `${drawn(letters, 14)}.atlasv1.${drawn(letters, 67)}`,
  'age key': `AGE-SECRET-KEY-1${drawn(upper + digits, 58)}`,
  'JSON web token': `eyJ${drawn(letters, 33)}.eyJ${drawn(letters, 60)}.${drawn(letters, 43)}`,
};

/** A line around a secret, marked `⟦…⟧`, by the names of the formats that need one. */
export const madeUpLines: Readonly<Record<string, string>> = {
  'password in a URL': `DATABASE = 'postgres://app:⟦${drawn(lower + digits, 9)}⟧@db.internal:5432/app'`,
  'authorization header': `headers: { Authorization: 'Bearer ⟦${drawn(letters, 24)}⟧' }`,
  'Azure key': `AccountName=app;AccountKey=⟦${drawn(letters, 86)}==⟧;EndpointSuffix=core`,
  'Slack webhook': `post('https://hooks.slack.com/services/⟦T${drawn(upper, 8)}/B${drawn(upper, 8)}/${drawn(letters, 24)}⟧')`,
  'Discord webhook': `'https://discord.com/api/webhooks/⟦${drawn(digits, 18)}/${drawn(letters, 68)}⟧'`,
};

export { letters, lower, digits, hex };
