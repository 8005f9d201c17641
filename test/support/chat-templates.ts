/**
 * Chat templates as DeepSeek's models carry them, without what they say of tools. Each has a trap of its own, on which the
 * tests stand.
 */

/** Roles are plain words; nothing follows `Assistant:`, and the end of an answer is followed directly by `User:`. */
const coderV2 =
  '{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}' +
  '{{ bos_token }}{% for message in messages %}' +
  "{% if message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\\n\\n' }}" +
  "{% elif message['role'] == 'assistant' %}{{ 'Assistant: ' + message['content'] + eos_token }}" +
  "{% elif message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}{% endif %}{% endfor %}" +
  "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}";

/** Roles are control tokens; all system messages are gathered in front. */
function roleTokens(answer: string, prompt: string): string {
  return (
    '{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}' +
    "{% set ns = namespace(system_prompt='', first=true) %}" +
    "{%- for message in messages %}{%- if message['role'] == 'system' %}{%- if ns.first %}" +
    "{% set ns.system_prompt = ns.system_prompt + message['content'] %}{% set ns.first = false %}" +
    "{%- else %}{% set ns.system_prompt = ns.system_prompt + '\\n\\n' + message['content'] %}" +
    '{%- endif %}{%- endif %}{%- endfor %}{{ bos_token }}{{ ns.system_prompt }}' +
    "{%- for message in messages %}{%- if message['role'] == 'user' %}" +
    "{{'<｜User｜>' + message['content']}}{%- endif %}" +
    "{%- if message['role'] == 'assistant' and message['content'] is not none %}" +
    `${answer}{%- endif %}{%- endfor -%}{% if add_generation_prompt %}${prompt}{% endif %}`
  );
}

const v3 = roleTokens(
  "{{'<｜Assistant｜>' + message['content'] + '<｜end▁of▁sentence｜>'}}",
  "{{'<｜Assistant｜>'}}",
);

/** Drops what was thought before, and opens the next thoughts. */
const withoutThoughts =
  "{% set content = message['content'] %}{% if '</think>' in content %}" +
  "{% set content = content.split('</think>')[-1] %}{% endif %}";
const r1 = roleTokens(
  `${withoutThoughts}{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}`,
  "{{'<｜Assistant｜><think>\\n'}}",
);

/** Does either, as it is told; without being told, it does not think. */
const v31 =
  '{% if not thinking is defined %}{% set thinking = false %}{% endif %}' +
  roleTokens(
    `${withoutThoughts}{{'<｜Assistant｜></think>' + content + '<｜end▁of▁sentence｜>'}}`,
    "{{'<｜Assistant｜>'}}{%- if thinking %}{{'<think>'}}{%- else %}{{'</think>'}}{%- endif %}",
  );

export const chatTemplates = { coderV2, v3, r1, v31 } as const;
