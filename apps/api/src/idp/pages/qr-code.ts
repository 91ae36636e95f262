import { html } from "ghtml";
import { encode } from "uqr";
import type { Html } from "./view.ts";

/** Dark on light in every colour scheme: readers of QR codes want it so. */
export const qrCode = (text: string, label: string): Html => {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const path = data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join("")).join("");
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size.toString()} ${size.toString()}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size.toString()}v${size.toString()}H0z"/><path fill="#000" d="${path}"/></svg>`;
};
