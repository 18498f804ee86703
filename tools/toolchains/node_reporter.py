"""A reporter for `node --test`, given as a data URL: no file of ours lies in the sandbox."""

import base64

SOURCE = """\
export default async function* report(events) {
  const files = new Map(), open = [];
  for await (const { type, data } of events) {
    if (type === 'test:start') { open.length = data.nesting; open[data.nesting] = data.name; }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const name = data.file ?? '';
    if (!files.has(name)) files.set(name, { name, status: 'passed', message: '', assertionResults: [] });
    const suite = files.get(name), error = data.details?.error;
    const cause = error?.cause ?? error, words = String(cause?.stack ?? cause);
    const whole = data.nesting === 0 && `/${name}`.endsWith(`/${data.name}`);
    const failed = type === 'test:fail' && data.todo === undefined, parent = error?.failureType === 'subtestsFailed';
    if (failed) { suite.status = 'failed'; suite.message ||= words; }
    if (parent || whole || (data.details?.type === 'suite' && !failed)) continue;
    suite.assertionResults.push({
      ancestorTitles: open.slice(0, data.nesting), title: data.name, duration: data.details?.duration_ms,
      status: failed ? 'failed' : data.skip !== undefined ? 'skipped' : data.todo !== undefined ? 'todo' : 'passed',
      failureMessages: failed ? [words] : [],
    });
  }
  yield JSON.stringify({ testResults: [...files.values()] });
}
"""
"""Writes the format of jest, because TAP and JUnit of `node --test` do not say which file a test is from."""


def data_url() -> str:
    """The reporter as something that node can import."""
    return "data:text/javascript;base64," + base64.b64encode(SOURCE.encode()).decode()
