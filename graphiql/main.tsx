import "graphiql/setup-workers/vite";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./page.css";
import { Entrance } from "./entrance.js";
import { ErrorCounts } from "./error-counts.js";
import { examplesOf } from "./examples.js";
import { NarrowScreen } from "./narrow-screen.js";
import { namingOnlyOperation } from "./only-operation.js";
import { SimulatedBanner } from "./simulated-banner.js";

const url = new URL("../graphql", location.href).href;
const socketUrl = url.replace(/^http/, "ws");
const asked = new URLSearchParams(location.search).get("query");

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element for GraphiQL.");
createRoot(root).render(
  <>
    <SimulatedBanner />
    <Entrance url={url} opens="GraphiQL">
      {({ headers, accounts }) => (
        <GraphiQL
          fetcher={namingOnlyOperation(createGraphiQLFetcher({ url, headers, subscriptionUrl: socketUrl, wsConnectionParams: headers }))}
          defaultTabs={[...(asked === null ? [] : [asked]), ...examplesOf(accounts)].map((query) => ({ query }))}
          {...(asked !== null && { initialQuery: asked })}
          shouldPersistHeaders={false}
          schemaDescription
        >
          <GraphiQL.Logo>
            Metrics gateway
            <NarrowScreen />
          </GraphiQL.Logo>
          <GraphiQL.Footer>
            <ErrorCounts />
          </GraphiQL.Footer>
        </GraphiQL>
      )}
    </Entrance>
  </>,
);
