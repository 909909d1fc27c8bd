import "graphiql/setup-workers/vite";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./page.css";
import { Entrance } from "./entrance.js";
import { examples } from "./examples.js";
import { namingNoOnlyOperation } from "./only-operation.js";
import { SimulatedBanner } from "./simulated-banner.js";

const url = new URL("../graphql", location.href).href;
const asked = new URLSearchParams(location.search).get("query");
const tabs = asked === null ? examples : [asked, ...examples];

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element for GraphiQL.");
createRoot(root).render(
  <>
    <SimulatedBanner />
    <Entrance url={url}>
      {(headers) => (
        <GraphiQL
          fetcher={namingNoOnlyOperation(createGraphiQLFetcher({ url, headers }))}
          defaultTabs={tabs.map((query) => ({ query }))}
          {...(asked !== null && { initialQuery: asked })}
          shouldPersistHeaders={false}
        >
          <GraphiQL.Logo>Metrics gateway</GraphiQL.Logo>
        </GraphiQL>
      )}
    </Entrance>
  </>,
);
