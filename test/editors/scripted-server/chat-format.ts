import type { ChatFormat } from '../../../server/engine/contract.js';

/** How DeepSeek-Coder-V2-Instruct wants to be talked to. */
export const scriptedChat: ChatFormat = {
  template: `{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\\n\\n' }}{% elif message['role'] == 'assistant' %}{{ 'Assistant: ' + message['content'] + eos_token }}{% elif message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}`,
  bosToken: '<｜begin▁of▁sentence｜>',
  eosToken: '<｜end▁of▁sentence｜>',
  controlTokens: [
    '<｜begin▁of▁sentence｜>',
    '<｜end▁of▁sentence｜>',
    '<｜User｜>',
    '<｜Assistant｜>',
  ],
};
