import { html } from "ghtml";
import type { Html } from "./view.ts";

/** Lines of 24 by 24, drawn in the colour of the text beside them. */
const paths = {
  key: "M15.5 8.5h.01M10.6 13.4 3 21v-3m3.5-.5 2 2M21 8.5a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0Z",
  digits: "M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2ZM8 12h.01M12 12h.01M16 12h.01",
  mail: "M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2Zm.5-.5L12 13l8.5-6.5",
  door: "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 8l4 4-4 4m4-4H4",
  next: "m9 6 6 6-6 6",
  check: "m5 12.5 4.5 4.5L19 7.5",
  device: "M4 6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2ZM9 20h6m-3-4v4",
  phone: "M7 5a2 2 0 0 1 2-2h6a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2Zm4.5 13h1",
  person: "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM4.5 20.5a7.5 7.5 0 0 1 15 0",
  building: "M5 21V5a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v16M3 21h18M9 8h.01M15 8h.01M9 12h.01M15 12h.01M10 21v-4h4v4",
} as const;
export type Icon = keyof typeof paths;

/** It says nothing that the text beside it does not. */
export const icon = (name: Icon): Html =>
  html`<svg class="icon ${name}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"><path d="${paths[name]}"/></svg>`;
