/** What a browser does without showing anything: it keeps cookies by their path, and follows redirects where it is told to. */
export interface Browser {
  cookies: Map<string, { value: string; path: string }>;
  send(url: string, options?: { method?: string; form?: Record<string, string> }): Promise<Response>;
  /** Follows redirects for as long as they stay at this origin. */
  follow(url: string, within: string): Promise<{ response: Response; url: string }>;
}

export const newBrowser = (): Browser => {
  const cookies: Browser["cookies"] = new Map();
  const browser: Browser = {
    cookies,
    send: async (url, { method = "GET", form } = {}) => {
      const { pathname, origin } = new URL(url);
      const cookie = [...cookies]
        .filter(([, { path }]) => pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`))
        .map(([name, { value }]) => `${name.split(" ")[0]}=${value}`)
        .join("; ");
      const response = await fetch(url, {
        method,
        redirect: "manual",
        headers: {
          ...(cookie && { cookie }),
          ...(form && { origin, "sec-fetch-site": "same-origin" }),
          accept: "text/html",
        },
        ...(form && { body: new URLSearchParams(form) }),
      });
      for (const line of response.headers.getSetCookie()) keep(cookies, line, pathname);
      return response;
    },
    follow: async (url, within) => {
      const response = await browser.send(url);
      const location = response.headers.get("location");
      if (location === null) return { response, url };
      const next = new URL(location, url).href;
      return next.startsWith(`${within}/`) ? browser.follow(next, within) : { response, url: next };
    },
  };
  return browser;
};

const keep = (cookies: Browser["cookies"], line: string, pathname: string): void => {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const at = pair.indexOf("=");
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  const read = (attribute: string) =>
    attributes.find((one) => one.toLowerCase().startsWith(`${attribute}=`))?.slice(attribute.length + 1);
  const path = read("path") ?? pathname.replace(/\/[^/]*$/, "");
  const expires = read("expires");
  if (value === "" || (expires && Date.parse(expires) < Date.now())) cookies.delete(`${name} ${path}`);
  else cookies.set(`${name} ${path}`, { value, path });
};
