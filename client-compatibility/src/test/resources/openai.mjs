// Does one thing with OpenAI's npm package and prints what came of it as JSON: node openai.mjs FEATURE BASE_URL MODEL PROBLEM LONG
import OpenAI from 'openai';

const [feature, baseURL, model, problem, long] = process.argv.slice(2);
const options = { baseURL, apiKey: 'any' };
const client = new OpenAI(options);
const messages = [{ role: 'user', content: problem }];
const question = { model, messages, temperature: 0 };
const longAnswer = { ...question, max_completion_tokens: Number(long), ignore_eos: true, guidance: { mode: 'off' } };

const failure = async (call) => {
  try {
    await call();
    return null;
  } catch (error) {
    return { name: error.constructor.name, status: error.status, param: error.param, code: error.code };
  }
};

const retried = async (params) => {
  const refused = await failure(() => new OpenAI({ ...options, maxRetries: 0 }).chat.completions.create(params));
  const answer = await new OpenAI({ ...options, maxRetries: 8 }).chat.completions.create(params);
  return { refused, text: answer.choices[0].message.content };
};

const features = {
  async chat() {
    return client.chat.completions.create(question);
  },
  async stream() {
    const whole = await client.chat.completions.create(question);
    let text = '';
    let usage = null;
    for await (const chunk of await client.chat.completions.create({ ...question, stream: true, stream_options: { include_usage: true } })) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    return { same: text === whole.choices[0].message.content, usage };
  },
  async errors() {
    return {
      bad: await failure(() => client.chat.completions.create({ ...question, top_p: 5 })),
      missing: await failure(() => client.chat.completions.create({ ...question, model: 'gpt-4' })),
    };
  },
  async retriesAfter429() {
    return retried(question);
  },
  async retriesAfter503() {
    return retried({ ...question, guidance: { mode: 'only' } });
  },
  async timeout() {
    const impatient = new OpenAI({ ...options, timeout: 200, maxRetries: 0 });
    return failure(() => impatient.chat.completions.create(longAnswer));
  },
  async cancel() {
    const stream = await client.chat.completions.create({ ...longAnswer, stream: true });
    let chunks = 0;
    for await (const chunk of stream) {
      if (chunk.choices.length && ++chunks === 3) stream.controller.abort();
    }
    return { chunks };
  },
  async extraFields() {
    return {
      answer: await client.chat.completions.create({ ...question, top_k: 1, guidance: { max_tokens: 8 } }),
      bad: await failure(() => client.chat.completions.create({ ...question, top_k: 'many' })),
    };
  },
  async completions() {
    return client.completions.create({ model, prompt: problem, max_tokens: 8 });
  },
  async models() {
    const listed = [];
    for await (const entry of client.models.list()) listed.push(entry.id);
    return { listed, missing: await failure(() => client.models.retrieve('gpt-4')) };
  },
};

console.log(JSON.stringify(await features[feature]()));
