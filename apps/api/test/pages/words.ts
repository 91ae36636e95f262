/** What others have written, wherever a view shows it. */
export interface Words {
  name: string;
  email: string;
  issuer: string;
  client: string;
  organization: string;
  text: string;
  device: string;
  error: string;
  scope: string;
}

export const rich: Words = {
  name: "Ada Lovelace",
  email: "ada.lovelace@analytical-engines.example",
  issuer: "Analytical Engines",
  client: "Difference Engine",
  organization: "Royal Society",
  text: "Dear Ada,\nwe would love to see your notes on the engine.",
  device: "Firefox on Linux",
  error: "Something about it is not right.",
  scope: "engines:read",
};

/** What would be markup, if it were not escaped; too long to fit; and from right to left. */
const marked = (where: string): string =>
  `"'><script>alert("${where}")</script><img src=x onerror=alert(1)>&amp;\u202eabc`;
export const hostile: Words = {
  name: `${marked("name")} ${"Wolfeschlegelsteinhausenbergerdorff".repeat(4)}`,
  email: `"<script>alert(1)</script>"@${"long-label.".repeat(20)}example`,
  issuer: `محمد ${marked("issuer")} שלום`,
  client: `${marked("client")}${"x".repeat(200)}`,
  organization: `${marked("organization")} شركة`,
  text: `</blockquote>${marked("text")}\n\n${"word ".repeat(300)}`,
  device: `${marked("device")} Mozilla/5.0`,
  error: marked("error"),
  scope: `${marked("scope")}:${"y".repeat(120)}`,
};
