/** What the bundle is, and how to verify it: for who has never heard of the system. */
export function readMeText(bundle: {
  readonly title: string;
  readonly madeAt: string;
  readonly verifier: string;
}): string {
  const { title, madeAt, verifier } = bundle;
  return `证据包 Evidence bundle: ${title}
制作时间 Made: ${madeAt}

打开 report.html 即可阅读(无需联网)。Open report.html to read it (no network is needed).

如何验证 How to verify
  需要 Node 20.12 或更新版本,不需要其他任何软件。Node 20.12 or newer is needed, and nothing else.

    node verify-bundle.mjs THIS-FILE.zip --key '${verifier}'

  请通过其他途径取得公钥并与此处比较;包内的公钥本身不能证明任何事。
  Get the key by another way and compare it: a key that comes with the bundle proves nothing by itself.
  包内的验证程序同样可能被人改动:请使用另行取得的 verify-bundle.mjs。
  Whoever changed a bundle may have changed the verifier in it: use a verify-bundle.mjs that you got by another way.
  如果您手中有以前保存的检查点,请加上 --checkpoint 文件名。
  With a checkpoint that you kept from before, add --checkpoint FILE: what was signed then cannot be rewritten since.

文件 Files
  manifest.txt                 已签名的文件清单 every file with its hash, signed
  events.ndjson                事件原文,每行一个 the events as they are stored, one a line
  proofs.ndjson                每个事件在日志中的证明 for each event the proof that it is in the log (RFC 9162)
  checkpoint.txt               已签名的检查点 the signed checkpoint that they are proven by (c2sp.org/tlog-checkpoint)
  earlier-checkpoints.ndjson   以前的检查点及一致性证明 earlier checkpoints, with proofs that this one follows on them
  policies.json calendars.json 承诺规则与工作日历 the rules of promises and the working calendars, as published
  case.json                    可读的案件内容 the case and its trail, readable
  verifier-key.txt             验证公钥 the verifier key
  verify-bundle.mjs            验证程序 the verifier

证明了什么 What is proven: that each event is in the log as it was signed, unchanged, and that the case is complete from
its first event to the last one here. What is not: that no event followed later; and what the texts in case.json and in
report.html say of sealed personal values, for which the signature of the house stands.
`;
}
