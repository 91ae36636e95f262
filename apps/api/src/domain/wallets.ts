/** An account on a chain in the one form that it is looked up by; undefined where the text is no CAIP-10 account. */
export const normalizeWallet = (text: string): string | undefined => {
  const [, namespace = "", reference = "", address = ""] = caip10.exec(text) ?? [];
  if (namespace === "") return undefined;
  if (namespace !== "eip155") return text;
  // The case of an address is but a checksum there (EIP-55).
  if (!/^\d+$/.test(reference) || !/^0x[0-9a-fA-F]{40}$/.test(address)) return undefined;
  return text.toLowerCase();
};

/** Chain Agnostic Improvement Proposals 2 and 10. */
const caip10 = /^([-a-z0-9]{3,8}):([-_a-zA-Z0-9]{1,32}):([-.%a-zA-Z0-9]{1,128})$/;
