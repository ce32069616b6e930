// promptfoo over the examples: node run_promptfoo.mjs DATA OUT ADDRESS [judge]
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const CONNECTIONS = 100;
const [data, out, address, judge] = process.argv.slice(2);

mkdirSync(out, { recursive: true });
Object.assign(process.env, {
  PROMPTFOO_CONFIG_DIR: out,
  PROMPTFOO_CACHE_ENABLED: "false",
  PROMPTFOO_DISABLE_TELEMETRY: "1",
  PROMPTFOO_DISABLE_UPDATE: "1",
  PROMPTFOO_DISABLE_SHARING: "1",
  PROMPTFOO_DISABLE_REMOTE_GENERATION: "1",
});

const installed = new URL("../.peers/promptfoo/node_modules/promptfoo/", import.meta.url);
const { exports: entries } = JSON.parse(readFileSync(new URL("package.json", installed), "utf8"));
const { default: promptfoo } = await import(new URL(entries["."].import, installed));

const model = (name) => ({
  id: `openai:chat:${name}`,
  config: { apiBaseUrl: address, apiKey: "none" },
});
const graded = {
  type: "llm-rubric",
  value: "Every statement agrees with the reference, {{reference}}.",
  provider: model("judge-promptfoo"),
};
const tests = readFileSync(data, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line))
  .map(({ question, reference }) => ({ vars: { question, reference } }));

const told = await promptfoo.evaluate(
  {
    prompts: ["{{question}}"],
    providers: [model("answer")],
    tests,
    defaultTest: {
      assert: [{ type: "contains", value: "{{reference}}" }, ...(judge ? [graded] : [])],
    },
    outputPath: join(out, "results.json"),
    writeLatestResults: false,
  },
  { maxConcurrency: CONNECTIONS, cache: false, showProgressBar: false },
);
const summary = await told.toEvaluateSummary();
if (summary.stats.successes !== tests.length) {
  console.error(JSON.stringify(summary.stats));
  process.exit(4);
}
process.exit(0);
